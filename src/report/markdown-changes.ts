import { describeMetric } from '../compare/judge.ts'
import type { Check } from '../domain/check.ts'
import type { Finding } from '../domain/finding.ts'
import { formatDifference, formatProbability, formatValue } from '../domain/format.ts'
import { breachOf } from './breach.ts'
import { isHeadline, mainFinding } from './change.ts'
import type { Section } from './markdown-section.ts'
import { placeLink, plain, prose, tableHead, tableRow } from './markdown-text.ts'
import type { ReportedExecution, Session } from './session.ts'
import { finalExecutions, nameOf, standingOf } from './standing.ts'
import { cutEnd, oneLine } from './text.ts'

const longestMessage = 300

interface Row {
  mark: '❌' | '☑️' | '🎉'
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
  const order: Row['mark'][] = ['❌', '☑️', '🎉']
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
  const told = checks.filter(({ status, code }) => status === 'fail' && code !== 'regression')
  const rows = [
    ...changedFindings(findings, checks).map((finding) => findingRow(finding, scenario)),
    ...told.map((check) => checkRow(check, scenario)),
  ]
  const unexplained = failed && standingOf(execution) === 'failed' && checks.every(({ status }) => status === 'pass')
  if (unexplained) rows.push({ mark: '❌', scenario, what: 'Its test failed outside of the verdict.' })
  return rows
}

/** Findings worth a row: what failed a check, and of all that changed what everybody understands. */
function changedFindings(findings: readonly Finding[], checks: readonly Check[]): Finding[] {
  const main = mainFinding(findings)
  const isTold = (finding: Finding) =>
    finding === main || checks.some(({ code, metric }) => code === 'regression' && metric === finding.metric)
  const worse = findings.filter((finding) => finding.status === 'worse' && isTold(finding))
  const others = (['accepted', 'better'] as const).flatMap((status) =>
    findings.filter((finding) => finding.status === status && isHeadline(finding)),
  )
  return [...worse, ...others].sort((a, b) => Number(b === main) - Number(a === main))
}

function findingRow({ metric, status, baseline, candidate, p }: Finding, scenario: string): Row {
  const { label, unit } = describeMetric(metric)
  const change = baseline === undefined ? '' : formatDifference(unit, baseline.location, candidate.location)
  return {
    mark: status === 'worse' ? '❌' : status === 'better' ? '🎉' : '☑️',
    scenario,
    what: status === 'accepted' ? `${prose(label)}, accepted` : prose(label),
    before: baseline === undefined ? '' : formatValue(unit, baseline.location),
    now: formatValue(unit, candidate.location),
    change: status === 'worse' ? `**${change}**` : change,
    p: p === undefined ? 'steady' : plain(formatProbability(p)),
  }
}

function checkRow(check: Check, scenario: string): Row {
  const breach = breachOf(check)
  if (breach === undefined) return { mark: '❌', scenario, what: short(check.message) }
  const { allowed, found, change } = breach
  return { mark: '❌', scenario, what: prose(check.subject), before: allowed, now: found, change: `**${change}**` }
}

function short(message: string): string {
  return prose(cutEnd(oneLine(message), longestMessage))
}
