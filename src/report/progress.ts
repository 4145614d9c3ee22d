import { confirmationRatio } from '../compare/evidence/rule.ts'
import { formatMs, formatUsd, plural } from '../domain/format.ts'

/** A scenario that is about to run. */
export interface PlannedScenario {
  name: string
  /** Names of its cases. */
  cases: readonly string[]
  /** Measured runs of each case; absent when time ends the load. */
  runs?: number | undefined
  /** Whether it makes fewer runs once its answer is clear. @default false */
  mayStop?: boolean | undefined
  warmup: number
  /** Measured runs altogether; absent when that depends on how long they take. */
  totalRuns?: number | undefined
  /** Runs in flight at most. @default 1 */
  concurrency?: number | undefined
  /** How runs reach the agent, where it is no number of them at a time, in words. */
  load?: string | undefined
  /** For how long runs start; absent when their number ends the load. */
  startsForMs?: number | undefined
  /** What one run cost in the baseline, in US dollars; absent when unknown. */
  usdPerRun?: number | undefined
  /** How long one run took in the baseline, in milliseconds; absent when unknown. */
  msPerRun?: number | undefined
  /** The cap on spending, in US dollars; absent without one. */
  capUsd?: number | undefined
}

/** A scenario while it runs. */
export interface ScenarioProgress {
  name: string
  /** Measured runs that have ended. */
  done: number
  /** Measured runs planned; absent when time ends the load. */
  total?: number | undefined
  /** For how long runs start; absent when their number ends the load. */
  startsForMs?: number | undefined
  /** Runs that ended and were not ok. */
  failed: number
  /** Since the scenario began. */
  elapsedMs: number
  /** Median latency so far, in milliseconds; absent when unknown. */
  p50Ms?: number | undefined
  /** In US dollars; absent when unknown. */
  spentUsd?: number | undefined
  /** Since the last run ended; absent when that is not known. */
  quietMs?: number | undefined
}

/**
 * What a scenario is going to do and to cost: `refund: 4 cases × 20 runs + 2 warm-up = 82 runs, about 41 s, estimated $0.41
 * (from its baseline; $1.01 if a worsening has to be confirmed), cap $1.20`.
 */
export function planLine(plan: PlannedScenario): string {
  const { name, warmup, totalRuns, concurrency = 1, startsForMs, usdPerRun, msPerRun, capUsd } = plan
  const all = totalRuns === undefined ? undefined : totalRuns + warmup
  const aboutMs =
    startsForMs ?? (msPerRun === undefined || all === undefined ? undefined : (msPerRun * all) / concurrency)
  const facts = [
    `${name}: ${plan.load === undefined ? countedRuns(plan) : loadedRuns(plan)}`,
    aboutMs === undefined ? '' : `about ${formatMs(roughly(aboutMs))}`,
    usdPerRun === undefined ? '' : costEstimate(usdPerRun, totalRuns, warmup),
    capUsd === undefined ? '' : `cap ${formatUsd(capUsd)}`,
  ]
  return facts.filter((fact) => fact !== '').join(', ')
}

function countedRuns({ cases, runs = 0, mayStop, warmup, totalRuns = 0 }: PlannedScenario): string {
  const upTo = mayStop ? 'up to ' : ''
  const most = `${upTo}${plural(runs, 'run')}`
  const measured = cases.length === 1 ? most : `${plural(cases.length, 'case')} × ${most}`
  const sum = warmup === 0 && cases.length === 1 ? '' : ` = ${upTo}${plural(totalRuns + warmup, 'run')}`
  return `${measured}${warmup === 0 ? '' : ` + ${warmup} warm-up`}${sum}`
}

function loadedRuns({ cases, warmup, totalRuns, load }: PlannedScenario): string {
  const facts = [
    cases.length === 1 ? '' : `${plural(cases.length, 'case')}, `,
    load ?? '',
    warmup === 0 ? '' : ` + ${warmup} warm-up`,
    totalRuns === undefined ? '' : ` = ${plural(totalRuns + warmup, 'run')}`,
  ]
  return facts.join('')
}

function costEstimate(usdPerRun: number, totalRuns: number | undefined, warmup: number): string {
  if (totalRuns === undefined) return `estimated ${formatUsd(usdPerRun)} a run (from its baseline)`
  const all = totalRuns + warmup
  const most = usdPerRun * (all + Math.ceil(totalRuns * confirmationRatio))
  return `estimated ${formatUsd(usdPerRun * all)} (from its baseline; ${formatUsd(most)} if a worsening has to be confirmed)`
}

/**
 * How far a scenario is: `refund  41/80 runs  p50 840 ms  2 not ok  $0.21  about 20 s left`.
 *
 * @param heartbeat whether it is said only because nothing else was said for a while
 * @default heartbeat false
 */
export function progressLine(progress: ScenarioProgress, heartbeat = false): string {
  const { name, failed, elapsedMs, p50Ms, spentUsd, quietMs } = progress
  const leftMs = leftOf(progress)
  const facts = [
    name,
    doneOf(progress),
    p50Ms === undefined ? '' : `p50 ${formatMs(p50Ms)}`,
    failed === 0 ? '' : `${failed} not ok`,
    spentUsd === undefined || spentUsd === 0 ? '' : formatUsd(spentUsd),
    leftMs === undefined || leftMs === 0 ? '' : `about ${formatMs(roughly(leftMs))} left`,
    heartbeat ? `still running after ${formatMs(roughly(elapsedMs))}` : '',
    heartbeat && quietMs !== undefined ? `no run ended for ${formatMs(roughly(quietMs))}` : '',
  ]
  return facts.filter((fact) => fact !== '').join('  ')
}

function doneOf({ done, total }: ScenarioProgress): string {
  if (total === undefined) return plural(done, 'run')
  return done > total ? `${total}/${total} runs and ${done - total} to confirm` : `${done}/${total} runs`
}

function leftOf({ done, total, startsForMs, elapsedMs }: ScenarioProgress): number | undefined {
  if (startsForMs !== undefined) return elapsedMs > startsForMs ? undefined : startsForMs - elapsedMs
  return done === 0 || total === undefined || done > total ? undefined : (elapsedMs / done) * (total - done)
}

// An estimate to the millisecond would promise what it cannot keep.
function roughly(ms: number): number {
  const step = ms < 10_000 ? 100 : 1_000
  return Math.max(step, Math.round(ms / step) * step)
}
