import { describeMetric } from '../compare/judge.ts'
import type { SessionShift } from '../compare/session/session-shift.ts'
import type { Check } from '../domain/check.ts'
import type { Finding } from '../domain/finding.ts'
import { formatChange, formatDifference, formatProbability, formatValue } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Severity } from '../domain/severity.ts'
import { listNames } from './baseline-line.ts'
import { breachOf } from './breach.ts'
import { isHeadline, mainFinding } from './change.ts'
import { confirmingRuns } from './confirmed.ts'
import { describeCases } from './impact-line.ts'
import type { Section } from './markdown-section.ts'
import { placeLink, plain, prose, tableHead, tableRow } from './markdown-text.ts'
import type { ReportedExecution, Session } from './session.ts'
import { isRedByShift, shiftsOf } from './shift-line.ts'
import { bySeverity, finalExecutions, nameOf, standingOf } from './standing.ts'
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
  severity?: Severity | undefined
}

/** The table of what broke or changed, what broke first; absent when nothing did. */
export function changesSection(session: Session, filesUrl: string): Section | undefined {
  const shifts = shiftsOf(session)
  const own = finalExecutions(session).filter(({ record }) => !isRedByShift(record, shifts))
  const rows = [
    ...session.dead.map(
      ({ name, place, reason }): Row => ({
        mark: '❌',
        scenario: placeLink(name, place, filesUrl),
        what: short(reason),
      }),
    ),
    ...bySeverity(own).flatMap((execution) => rowsOf(execution, filesUrl)),
    ...shifts.flatMap(redRow),
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
    { heading: 'Severity', align: 'left' },
  ])
  return {
    before: ['### What broke or changed', '', ...head],
    rows: rows.map(({ mark, scenario, what, before = '', now = '', change = '', p = '', severity = '' }) =>
      tableRow([mark, scenario, what, before, now, change, p, severity]),
    ),
    after: confirmationsOf(session),
    noun: 'change',
    priority: 1,
  }
}

/** One row for all that is red only because all times lie off. */
function redRow({ red, ratio, p }: SessionShift): Row[] {
  if (red.length === 0) return []
  const scenario = plain(listNames(red.map(nameOf)))
  const what = 'time, with that of all scenarios'
  return [{ mark: '❌', scenario, what, change: `**${formatChange(ratio)}**`, p: plain(formatProbability(p)) }]
}

/** Which of the worsenings fresh runs have confirmed. */
function confirmationsOf(session: Session): string[] {
  const shifts = shiftsOf(session)
  const told = finalExecutions(session).flatMap(({ record }) => {
    const runs = isRedByShift(record, shifts) ? 0 : confirmingRuns(record)
    return runs === 0 ? [] : [`${nameOf(record)} (${runs})`]
  })
  if (told.length === 0) return []
  return ['', `Confirmed by fresh runs in the same session: ${plain(listNames(told, mostConfirmations))}.`]
}

const mostConfirmations = 5

function rowsOf(execution: ReportedExecution, filesUrl: string): Row[] {
  const { record, place, failed } = execution
  const scenario = placeLink(nameOf(record), place, filesUrl)
  const { checks, findings } = record.verdict
  const told = checks.filter(({ status, code }) => status === 'fail' && code !== 'regression')
  const rows = [
    ...changedFindings(findings, checks).map((finding) => findingRow(finding, scenario, casesOf(record, finding))),
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

function findingRow(
  { metric, status, baseline, candidate, p, follows, severity }: Finding,
  scenario: string,
  cases: string,
): Row {
  const { label, unit } = describeMetric(metric)
  const change = baseline === undefined ? '' : formatDifference(unit, baseline.location, candidate.location)
  return {
    mark: status === 'worse' ? '❌' : status === 'better' ? '🎉' : '☑️',
    scenario,
    what: `${prose(label)}${status === 'accepted' ? ', accepted' : ''}${cases}`,
    before: baseline === undefined ? '' : formatValue(unit, baseline.location),
    now: formatValue(unit, candidate.location),
    change: status === 'worse' ? `**${change}**` : change,
    p: p !== undefined ? plain(formatProbability(p)) : follows === undefined ? 'steady' : '',
    severity,
  }
}

/** Which cases a worsening hits, behind its metric; empty where there is nothing to tell. */
function casesOf({ verdict }: ExecutionRecord, { metric }: Finding): string {
  const impact = (verdict.impacts ?? []).find((one) => one.metric === metric)
  const cases = impact === undefined ? undefined : describeCases(impact)
  return cases === undefined ? '' : `, ${plain(cases)}`
}

function checkRow(check: Check, scenario: string): Row {
  const breach = breachOf(check)
  if (breach === undefined) return { mark: '❌', scenario, what: short(check.message), severity: check.severity }
  const { allowed, found, change } = breach
  const what = prose(check.subject)
  return { mark: '❌', scenario, what, before: allowed, now: found, change: `**${change}**`, severity: check.severity }
}

function short(message: string): string {
  return prose(cutEnd(oneLine(message), longestMessage))
}
