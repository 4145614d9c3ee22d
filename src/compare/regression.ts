import type { Baseline, Comparability, Deviation, MetricValues } from '../domain/baseline.ts'
import { askedRatios, type Detect } from '../domain/detect.ts'
import type { Asked, BaselineMetric, Finding } from '../domain/finding.ts'
import { type Confirmation, type ContestSteps, evidence, findingOf, isSuspect } from './assess.ts'
import { type Contest, contestOf } from './evidence/contest.ts'
import { standardError } from './evidence/evidence.ts'
import { followed, isFollowing, isSum } from './evidence/follow.ts'
import { inCases } from './evidence/layout.ts'
import { isSteady } from './evidence/noise.ts'
import { withWorthwhile } from './evidence/per-token.ts'
import { confirmationRate, ratesOf } from './evidence/rule.ts'
import { awaited, type Progress, plannedRuns } from './power/progress.ts'
import { runsNeeded } from './power/runs-needed.ts'

/** An execution to be held against its baseline. */
export interface Candidate {
  values: MetricValues
  comparability: Comparability
  /** The part of `values` that was measured to confirm what the rest showed; absent when nothing was. */
  fresh?: MetricValues | undefined
  /** Whether what looks worse is measured again before it counts. */
  confirms: boolean
  /** How many rounds it made of how many; absent when that is not known. */
  progress?: Progress | undefined
  /** What the user asks to be found. @default nothing */
  detect?: Detect | undefined
}

/**
 * Holds every metric of an execution against its baseline.
 *
 * Metrics of the agent are compared with accepted executions, or with the committed line where the history has none; metrics
 * of the machine only with the history of the same environment.
 *
 * @see METHODOLOGY.md#regressions
 */
export function compareWithBaseline(candidate: Candidate, baseline: Baseline): Finding[] {
  const contests = contestsOf(candidate, baseline)
  const asked = askedRatios(candidate.detect ?? {})
  const waited = awaited(
    contests.filter((one) => !('status' in one)).map(({ metric }) => metric),
    asked,
  )
  const tests = testsOf(contests)
  const findings = contests.map((contest) => {
    if ('status' in contest) return contest
    const wanted = { isAwaited: waited.has(contest.metric), askedRatio: asked.get(contest.metric), tests }
    const finding = findingOf(contest, stepsOf(contest, candidate, baseline, wanted))
    return finding.status === 'notJudged' ? finding : { ...finding, asked: askedOf(contest, candidate, wanted) }
  })
  return findings.map((finding) => followed(finding, findings))
}

/** What each metric of an execution is held against, or a finding where it cannot be. */
export function contestsOf({ values, comparability }: Candidate, baseline: Baseline): (Contest | Finding)[] {
  return metricsOf(withWorthwhile(values, pastValues(baseline))).map(([metric, known]) =>
    contestOf(metric, known, comparability, baseline),
  )
}

/** Of `contests`, how many are decided by a test of their own, which chance may get wrong. */
export function testsOf(contests: readonly (Contest | Finding)[]): number {
  const held = contests.flatMap((one) => ('status' in one ? [] : [one]))
  const compared = held.map(({ metric }) => metric)
  return held.filter(({ metric, noise }) => !isFollowing(metric, compared) && (noise === undefined || !isSteady(noise)))
    .length
}

/** Metrics that look worse than their baseline, so that fresh runs should say whether they are. */
export function suspects(candidate: Candidate, baseline: Baseline): BaselineMetric[] {
  const contests = contestsOf(candidate, baseline)
  const { screenRate } = ratesOf(testsOf(contests))
  return contests.flatMap((contest) => {
    const { metric } = contest
    return 'status' in contest || !isSuspect(contest, screenRate) || isSum(metric, candidate.values) ? [] : [metric]
  })
}

/**
 * How far the times of an execution lie from their baseline; absent where it has none of this kind of machine. What the other
 * scenarios of its session lie off is part of it.
 */
export function deviationOf({ values, comparability }: Candidate, baseline: Baseline): Deviation | undefined {
  const { workingMs } = values
  if (workingMs === undefined) return undefined
  const contest = contestOf('workingMs', workingMs, comparability, { ...baseline, shared: undefined })
  if ('status' in contest || contest.layout?.logarithmic !== true || contest.noise === undefined) return undefined
  const { error } = standardError(contest.noise, false)
  return { shift: contest.shift, variance: error ** 2 }
}

function pastValues({ history }: Baseline): MetricValues[] {
  return history.map(({ values }) => values)
}

function metricsOf(values: MetricValues): [BaselineMetric, number[][]][] {
  return Object.entries(values).flatMap(([metric, known]) =>
    known?.some((one) => one.length > 0) ? [[metric as BaselineMetric, known]] : [],
  )
}

/** What is wanted of one metric. */
interface Wanted {
  /** Whether the execution waits for its answer. */
  isAwaited: boolean
  /** What the user asks to be found; absent when nothing is asked. */
  askedRatio: number | undefined
  /** Metrics that are tested beside it, and itself. */
  tests: number
}

function stepsOf(contest: Contest, candidate: Candidate, baseline: Baseline, wanted: Wanted): ContestSteps {
  const { confirms, progress } = candidate
  const { askedRatio, tests } = wanted
  const { rounds, most, looks } = progress ?? { rounds: 1, most: 1 }
  // What the execution does not wait for has the runs that happen to be made.
  const plan = wanted.isAwaited && looks !== undefined ? { most, looks } : { most: rounds, looks: looks && [] }
  const runs = plannedRuns(madeRuns(contest, candidate) / rounds, { ...plan, confirms, askedRatio, tests })
  return {
    ...runs,
    confirmation: (position) => confirmationOf(contest, position, candidate, baseline),
    isConfirmed: candidate.fresh !== undefined,
  }
}

function askedOf(contest: Contest, candidate: Candidate, { askedRatio, tests }: Wanted): Asked | undefined {
  const { progress, confirms } = candidate
  // There is no share of a baseline that lies at 0.
  if (progress === undefined || askedRatio === undefined || contest.reference.location === 0) return undefined
  return runsNeeded(contest, askedRatio, madeRuns(contest, candidate) / progress.rounds, {
    ...progress,
    confirms,
    tests,
  })
}

/** Values of the first step. */
function madeRuns({ metric, line, cases }: Contest, { fresh }: Candidate): number {
  const added = inCases(fresh?.[metric] ?? [], cases).flat().length
  return added < line.n ? line.n - added : line.n
}

function confirmationOf(
  { metric, cases }: Contest,
  position: number | undefined,
  { fresh, comparability }: Candidate,
  baseline: Baseline,
): Confirmation {
  if (fresh === undefined) return 'agrees'
  const values = fresh[metric]
  // They were disturbed, or did not get that far.
  if (values === undefined || !values.some((one) => one.length > 0)) return 'silent'
  const alone = contestOf(metric, values, comparability, baseline)
  if ('status' in alone) return 'differs'
  const known = evidence(alone, true)
  if (position === undefined) return known.worse < confirmationRate ? 'agrees' : 'differs'
  const place = cases[position]
  const one = known.cases.find((other) => alone.cases[other.position] === place)
  const isOnly = alone.cases.length === 1 && alone.cases[0] === place
  const p = isOnly ? known.worse : one?.alone
  if (p === undefined) return 'silent'
  return p < confirmationRate ? 'agrees' : 'differs'
}
