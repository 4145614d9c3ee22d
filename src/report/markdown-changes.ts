import { describeMetric } from '../compare/judge.ts'
import type { Finding } from '../domain/finding.ts'
import { formatChange, formatProbability, formatValue } from '../domain/format.ts'
import type { Check } from '../domain/threshold.ts'
import { mainFinding } from './change.ts'
import type { Section } from './markdown-section.ts'
import { placeLink, prose, tableHead, tableRow } from './markdown-text.ts'
import type { ReportedExecution, Session } from './session.ts'
import { finalExecutions, nameOf, standingOf } from './standing.ts'
import { cutEnd, oneLine } from './text.ts'

const longestMessage = 300

interface Row {
  mark: '❌' | '⚠️' | '☑️' | '🎉'
  scenario: string
  what: string
  before?: string | undefined
  now?: string | undefined
  change?: string | undefined
  p?: string | undefined
}

/** The table of what broke or changed, what broke first; absent when nothing did. */
export function changesSection(session: Session, filesUrl: string): Section | undefined {
  const rows = [
    ...session.dead.map(
      ({ name, place, reason }): Row => ({
        mark: '❌',
        scenario: placeLink(name, place, filesUrl),
        what: short(reason),
      }),
    ),
    ...finalExecutions(session).flatMap((execution) => rowsOf(execution, filesUrl)),
  ]
  if (rows.length === 0) return undefined
  const order: Row['mark'][] = ['❌', '⚠️', '☑️', '🎉']
  rows.sort((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark))
  const head = tableHead([
    { heading: '', align: 'center' },
    { heading: 'Scenario', align: 'left' },
    { heading: 'What', align: 'left' },
    { heading: 'Before or allowed', align: 'right' },
    { heading: 'Now', align: 'right' },
    { heading: 'Change', align: 'right' },
    { heading: 'p', align: 'right' },
  ])
  return {
    before: ['### What broke or changed', '', ...head],
    rows: rows.map(({ mark, scenario, what, before = '', now = '', change = '', p = '' }) =>
      tableRow([mark, scenario, what, before, now, change, p]),
    ),
    after: [],
    noun: 'change',
    priority: 1,
  }
}

function rowsOf(execution: ReportedExecution, filesUrl: string): Row[] {
  const { record, place, failed } = execution
  const scenario = placeLink(nameOf(record), place, filesUrl)
  const { checks, findings } = record.verdict
  if (record.mistake !== undefined) return [{ mark: '❌', scenario, what: short(record.mistake) }]
  const told = checks.filter(({ status, code }) => status !== 'pass' && code !== 'regression')
  const rows = [
    ...changedFindings(findings, checks).map((finding) => findingRow(finding, scenario)),
    ...told.map((check) => checkRow(check, scenario)),
  ]
  const unexplained = failed && standingOf(execution) === 'failed' && checks.every(({ status }) => status === 'pass')
  if (unexplained) rows.push({ mark: '❌', scenario, what: 'Its test failed outside of the verdict.' })
  return rows
}

/** Findings worth a row: those that failed a check, were accepted or got better, and of what got worse the one that tells most. */
function changedFindings(findings: readonly Finding[], checks: readonly Check[]): Finding[] {
  const main = mainFinding(findings)
  const isTold = (finding: Finding) => {
    const subject = `${describeMetric(finding.metric).label} against baseline`
    return finding === main || checks.some((check) => check.code === 'regression' && check.subject === subject)
  }
  const worse = findings.filter((finding) => finding.status === 'worse' && isTold(finding))
  const others = findings.filter(({ status }) => status === 'accepted' || status === 'better')
  return [...worse, ...others].sort((a, b) => Number(b === main) - Number(a === main))
}

function findingRow({ metric, status, baseline, candidate, changeRatio, p }: Finding, scenario: string): Row {
  const { label, unit } = describeMetric(metric)
  const change = changeRatio === undefined ? 'from 0' : formatChange(changeRatio)
  return {
    mark: status === 'worse' ? '❌' : status === 'better' ? '🎉' : '☑️',
    scenario,
    what: status === 'accepted' ? `${prose(label)}, accepted` : prose(label),
    before: baseline === undefined ? '' : formatValue(unit, baseline.location),
    now: formatValue(unit, candidate.location),
    change: status === 'worse' ? `**${change}**` : change,
    p: p === undefined ? 'steady' : formatProbability(status === 'better' ? 1 - p : p),
  }
}

function checkRow({ status, code, subject, message, value, bound, unit }: Check, scenario: string): Row {
  const mark = status === 'fail' ? '❌' : '⚠️'
  const compared = (code === 'threshold' || code === 'success') && status === 'fail'
  if (!compared || value === undefined || bound === undefined || unit === undefined)
    return { mark, scenario, what: short(message) }
  return {
    mark,
    scenario,
    what: prose(subject),
    before: `${value > bound ? 'at most' : 'at least'} ${formatValue(unit, bound)}`,
    now: formatValue(unit, value),
    change: bound === 0 ? '' : `**${formatChange(value / bound - 1)}**`,
  }
}

function short(message: string): string {
  return prose(cutEnd(oneLine(message), longestMessage))
}
