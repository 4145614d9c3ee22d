import type { Check } from '../../domain/check.ts'
import type { Finding } from '../../domain/finding.ts'
import { formatCount, formatRatio, plural } from '../../domain/format.ts'
import type { Health } from '../../domain/health.ts'
import type { Pattern } from '../../domain/pattern.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { type Severity, severities } from '../../domain/severity.ts'
import { matureExecutions, smallestEffectRatio } from '../evidence/rule.ts'
import type { SessionShift } from '../session/session-shift.ts'
import { severityOfVerdict } from './severity.ts'

/** A session, as far as its health depends on it. */
export interface SuiteState {
  /** One for each scenario that was measured. */
  records: readonly ExecutionRecord[]
  /** Names of those whose test failed, for whatever reason. */
  failed: readonly string[]
  /** Names of scenarios whose process died. */
  died: readonly string[]
  shifts: readonly SessionShift[]
}

/** How the suite of `state` is, and what to do about it. Absent when nothing was measured. */
export function healthOf(state: SuiteState): Health | undefined {
  const { records, died } = state
  if (records.length + died.length === 0) return undefined
  return (
    failing(state) ??
    undecided(records) ??
    unknown(records) ??
    blind(records) ??
    creeping(records) ??
    unsteady(records) ??
    young(records) ??
    healthy(records)
  )
}

function failing({ records, failed, died, shifts }: SuiteState): Health | undefined {
  const count = failed.length + died.length
  if (count === 0) return undefined
  const red = new Set(shifts.flatMap((shift) => shift.red.map(({ identity }) => identity.name)))
  const others = [...died, ...failed.filter((name) => !red.has(name))]
  const all = records.length + died.length
  if (others.length === 0)
    return {
      word: 'shifted',
      reason: `${countOf(count, all)} failed, and would not have without what all share.`,
      action: 'Run again when the machine and the provider are as usual: what is red then is the agent’s.',
    }
  const worst = worstScenario(records, others)
  const [first = ''] = died.length > 0 || worst === undefined ? others : [worst.name]
  const grade = worst === undefined ? '' : all === 1 ? ` (${worst.severity})` : `, at worst ${worst.severity}`
  const advice = mendingOf(records.filter(({ identity }) => identity.name === first))
  return {
    word: 'failing',
    reason: `${countOf(count, all)} failed${grade}.`,
    action: all === 1 ? capitalized(advice) : `Begin with ${first}: ${advice}`,
  }
}

function mendingOf(records: readonly ExecutionRecord[]): string {
  const failed = records.flatMap(({ verdict }) => verdict.checks.filter(({ status }) => status === 'fail'))
  const isAcceptable = failed.length > 0 && failed.every(({ code }) => code === 'regression')
  return isAcceptable ? 'mend what got worse, or accept it with `-u`.' : 'mend what broke.'
}

function capitalized(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`
}

function worstScenario(
  records: readonly ExecutionRecord[],
  names: readonly string[],
): { name: string; severity: Severity } | undefined {
  const graded = records.flatMap(({ identity: { name }, verdict }) => {
    const severity = severityOfVerdict(verdict)
    return severity === undefined || !names.includes(name) ? [] : [{ name, severity }]
  })
  const rank = ({ severity }: { severity: Severity }) => severities.indexOf(severity)
  return graded.sort((one, other) => rank(other) - rank(one))[0]
}

function undecided(records: readonly ExecutionRecord[]): Health | undefined {
  const open = records.filter(({ verdict }) => verdict.status === 'inconclusive')
  const checks = open.flatMap(({ verdict }) => verdict.checks.filter(({ status }) => status === 'inconclusive'))
  if (open.length === 0) return undefined
  const reason = `${countOf(open.length, records.length)} could not be decided.`
  return { word: 'undecided', reason, action: commonRemedy(checks) }
}

/** What helps most of `checks`. */
function commonRemedy(checks: readonly Check[]): string | undefined {
  const remedies = Map.groupBy(
    checks.flatMap(({ remedy }) => remedy ?? []),
    (remedy) => remedy,
  )
  return [...remedies].sort(([, one], [, other]) => other.length - one.length)[0]?.[0]
}

function unknown(records: readonly ExecutionRecord[]): Health | undefined {
  const kept = records.filter(({ verdict }) => verdict.findings.length > 0)
  if (kept.length === 0 || kept.some(({ verdict }) => verdict.findings.some(isJudged))) return undefined
  return {
    word: 'new',
    reason: 'Nothing was compared: this session is the first of its kind.',
    action: 'Commit `__bench__/`, and run again: later runs are held against this one.',
  }
}

// More scenarios than this that see nothing make a suite that cannot be relied on.
const mostBlind = 0.2
// Who would not see a doubling sees nothing.
const largestUnseen = 1

function blind(records: readonly ExecutionRecord[]): Health | undefined {
  const unseeing = records.filter((record) => !sees(record))
  if (unseeing.length > mostBlind * records.length)
    return {
      word: 'blind',
      reason: `${countOf(unseeing.length, records.length)} would not show even a doubling of time, tokens or steps.`,
      action: 'Plan more `runs`, or cases that vary less; every accepted execution makes the baseline surer, too.',
    }
  const untimed = records.filter(({ mode, verdict, environment }) => {
    const time = timeOf(verdict.findings)
    return mode === 'live' && environment.ci && time !== undefined && !isJudged(time)
  })
  if (untimed.length <= mostBlind * records.length) return undefined
  return {
    word: 'blind',
    reason: `${countOf(untimed.length, records.length)} would not show a slow-down: no execution on this kind of machine is known.`,
    action:
      'Carry `.bench-agent/history/` from job to job with the cache of the CI, or compare in turns: `bench-agent ab`.',
  }
}

function sees(record: ExecutionRecord): boolean {
  return (
    hasThreshold(record) ||
    record.verdict.findings.some(
      ({ metric, detectableRatio }) =>
        metric !== 'successRatio' && detectableRatio !== undefined && detectableRatio <= largestUnseen,
    )
  )
}

function hasThreshold({ verdict }: ExecutionRecord): boolean {
  return verdict.checks.some(({ code, status }) => code === 'threshold' && status !== 'inconclusive')
}

function creeping(records: readonly ExecutionRecord[]): Health | undefined {
  const found = withPattern(records, ({ kind }) => kind !== 'spread')
  const [first] = found
  if (first === undefined) return undefined
  return {
    word: 'creeping',
    reason: `Nothing failed, but ${levels(found.length, records.length)} moved for the worse over several executions.`,
    action: `See ${first.identity.name} above: mend what grew, or accept the level with \`-u\`.`,
  }
}

function levels(count: number, all: number): string {
  return all === 1 ? 'its level has' : `levels of ${formatCount(count)} of ${plural(all, 'scenario')} have`
}

function unsteady(records: readonly ExecutionRecord[]): Health | undefined {
  const disturbed = records.filter(({ verdict }) => verdict.warnings.some(({ code }) => code === 'degraded'))
  const varying = withPattern(records, ({ kind }) => kind === 'spread')
  const all = new Set([...disturbed, ...varying])
  if (all.size <= mostBlind * records.length) return undefined
  return {
    word: 'unsteady',
    reason: `${countOf(all.size, records.length)} ${disturbed.length > 0 ? 'measured on a machine that was busy with other things' : 'varied more than before, so that less can be seen'}.`,
    action: disturbed.length > 0 ? 'Measure on a quieter machine, or lower `concurrency`.' : 'Plan more `runs`.',
  }
}

function withPattern(records: readonly ExecutionRecord[], wanted: (pattern: Pattern) => boolean): ExecutionRecord[] {
  return records.filter(({ verdict }) => (verdict.patterns ?? []).some(wanted))
}

function young(records: readonly ExecutionRecord[]): Health | undefined {
  const known = records.flatMap(({ verdict }) => {
    const time = timeOf(verdict.findings)
    return time === undefined || !isJudged(time) ? [] : [time.executions ?? 1]
  })
  const youngest = known.filter((executions) => executions < matureExecutions)
  if (youngest.length * 2 <= known.length || youngest.length === 0) return undefined
  const ratio = smallestEffectRatio('workingMs', Math.min(...youngest))
  return {
    word: 'young',
    reason: `${countOf(youngest.length, records.length)} ${youngest.length === 1 ? 'knows' : 'know'} fewer than ${matureExecutions} executions of this machine, so that times fail only beyond ${formatRatio(ratio)}.`,
    action: `Let ${plural(matureExecutions - Math.min(...youngest), 'more session')} pass: what a machine drifts by shows from one to another.`,
  }
}

function healthy(records: readonly ExecutionRecord[]): Health {
  const having = (wanted: Finding['status']) =>
    records.filter(({ verdict }) => verdict.findings.some(({ status }) => status === wanted)).length
  const [better, accepted] = [having('better'), having('accepted')]
  const worse = `nothing is worse${accepted === 0 ? '' : ' but what was accepted'}`
  const gain =
    better === 0
      ? ''
      : records.length === 1
        ? ', and it got better'
        : `, and ${countOf(better, records.length)} got better`
  return { word: 'healthy', reason: `All was judged, ${worse}${gain}.` }
}

function timeOf(findings: readonly Finding[]): Finding | undefined {
  return findings.find(({ metric }) => metric === 'workingMs')
}

function isJudged({ status }: Finding): boolean {
  return status !== 'new' && status !== 'notJudged'
}

function countOf(count: number, all: number): string {
  return all === 1 ? 'The scenario' : `${formatCount(count)} of ${plural(all, 'scenario')}`
}
