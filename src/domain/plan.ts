import { minimumSamplesForQuantile } from '../stats/quantile.ts'
import type { Case } from './case.ts'
import { fingerprintCases } from './case.ts'
import type { Detect } from './detect.ts'
import { type QuantileName, quantileNames, quantiles } from './distribution.ts'
import type { BenchAgentError, Mistake } from './errors.ts'
import { mistakesError } from './errors.ts'
import type { Fault } from './fault.ts'
import { defaultLatencyLimitMs, type Limits } from './limit.ts'
import { type ClosedLoad, isEndedByTime, isOpen, type Load, type Trace } from './load/load.ts'
import { planLoad, runsUnder, startsForMs } from './load/plan-load.ts'
import { type ProfileOptions, type ProfilePlan, planProfile } from './profile/profile.ts'
import type { Bounds } from './scenario.ts'
import type { StatisticThresholds, Thresholds } from './threshold.ts'

/** Everything that is decided before the first run. */
export interface Plan {
  name: string
  cases: Case[]
  /** Fingerprint of the cases, see {@link fingerprintCases}. */
  caseHash: string
  /** Positions of the cases in the order in which a round takes them: by priority, then as given. */
  order: number[]
  /** Measured runs of each case, at most; absent when time ends the load. */
  runs?: number | undefined
  /** Rounds after which it may stop because its answer is clear, rising; absent when every run is made. */
  looks?: number[] | undefined
  /** Runs made first and not measured. */
  warmup: number
  /** Measured runs altogether, at most; absent when time ends the load, and how many there are depends on how long they take. */
  totalRuns?: number | undefined
  load: Load
  /** What goes wrong between the agent and its model. */
  faults: readonly Fault[]
  faultSeed: number
  limits: Limits & { latencyMs: number }
  thresholds: Thresholds
  categories: Record<string, Thresholds>
  /** Milliseconds that each call of a hook may take. */
  hookTimeoutMs: number
  detect: Detect
  /** Which runs are made again under a CPU profiler; absent when none are. */
  profile?: ProfilePlan | undefined
  /** Absent when only the session's cap holds. */
  spendUsd?: number | undefined
}

/** What {@link planScenario} needs of a scenario's options. */
export type Plannable = Bounds & {
  profile?: ProfileOptions | undefined
  /** What the file of the load holds; absent when the load has none. */
  trace?: Trace | undefined
  thresholds?: Thresholds | undefined
  categories?: Record<string, Thresholds> | undefined
}

/**
 * Decides the order, number and bounds of the runs of `name` over `cases`.
 *
 * @throws BenchAgentError when there are no cases, two share a name, or a threshold asks for more runs than planned
 */
export function planScenario(name: string, options: Plannable, cases: readonly Case[]): Plan {
  const load = planLoad(options, options.trace)
  const runs = isEndedByTime(load) ? undefined : mostRuns(options.runs)
  const mistakes = [...caseMistakes(cases), ...(runs === undefined ? [] : quantileMistakes(options, cases, runs))]
  if (mistakes.length > 0) throw planError(name, mistakes)
  const order = cases.map((_, position) => position)
  order.sort((a, b) => (cases[b]?.priority ?? 0) - (cases[a]?.priority ?? 0))
  return {
    name,
    cases: [...cases],
    caseHash: fingerprintCases(cases),
    order,
    runs,
    looks: typeof options.runs === 'object' ? looksOf(options.runs.max) : undefined,
    warmup: options.warmup ?? 1,
    totalRuns: runsUnder(load, runs === undefined ? undefined : runs * cases.length),
    load,
    faults: options.faults ?? [],
    faultSeed: options.faultSeed ?? 1,
    limits: { ...options.limits, latencyMs: options.limits?.latencyMs ?? defaultLatencyLimitMs },
    thresholds: options.thresholds ?? {},
    categories: options.categories ?? {},
    hookTimeoutMs: options.hookTimeoutMs ?? 10_000,
    detect: options.detect ?? {},
    profile: options.profile === undefined ? undefined : planProfile(options.profile),
    spendUsd: options.spendUsd,
  }
}

/** The most measured runs of each case that `runs` allows. */
export function mostRuns(runs: Bounds['runs']): number {
  return typeof runs === 'object' ? runs.max : (runs ?? 10)
}

// Further looks save little: S. J. Pocock, Biometrics 38 (1982).
const mostLooks = 5
const fewestRounds = 5

/** Rounds after which an execution of at most `most` may stop: every fifth of them, but never fewer than five. */
export function looksOf(most: number): number[] {
  const step = Math.max(fewestRounds, Math.ceil(most / mostLooks))
  return Array.from({ length: Math.ceil(most / step) - 1 }, (_, look) => (look + 1) * step)
}

/** Position of the case that run `index` takes: round-robin in the plan's order. */
export function caseOfRun(plan: Plan, index: number): number {
  return plan.order[((index % plan.order.length) + plan.order.length) % plan.order.length] ?? 0
}

// Fresh runs, for each planned one, where something looks worse.
const confirmationShare = 1.5

/**
 * The longest that an execution of `plan` may take, in milliseconds: every run at its limit with its hooks, at the planned
 * rate, and the fresh runs that confirm what looks like a regression.
 */
export function executionLimitMs(
  plan: Pick<Plan, 'warmup' | 'totalRuns' | 'load' | 'limits' | 'hookTimeoutMs' | 'profile'>,
): number {
  const perRunMs = plan.limits.latencyMs + 3 * plan.hookTimeoutMs
  const { load, totalRuns = 0 } = plan
  const makesMs = makingMs(load, totalRuns, perRunMs) * (1 + confirmationShare)
  const againMs = (plan.profile?.slowest ?? 0) * perRunMs
  return Math.ceil(plan.warmup * perRunMs + makesMs + againMs + 30_000)
}

/** How long `runs` take under `load` at most, in milliseconds. */
function makingMs(load: Load, runs: number, perRunMs: number): number {
  const startsMs =
    startsForMs(load) ?? (isOpen(load) ? (runs * 1000 * (load.segment?.of ?? 1)) / load.ratePerSecond : undefined)
  // The last to start may take as long as any.
  if (startsMs !== undefined) return startsMs + perRunMs
  const { concurrency, runsPerSecond } = load as ClosedLoad
  const pacedMs = runsPerSecond === undefined ? 0 : (runs * 1000) / runsPerSecond
  return (runs / concurrency) * perRunMs + pacedMs
}

/** Quantile thresholds of `options` that its planned number of runs cannot support, and categories that no case has. */
export function quantileMistakes(
  options: Plannable,
  cases: readonly Pick<Case, 'category'>[],
  runs: number,
): Mistake[] {
  if (cases.length === 0) return []
  const option = typeof options.runs === 'object' ? 'max' : 'runs'
  const whole = unsupported('thresholds', options.thresholds ?? {}, { caseCount: cases.length, runs, option })
  const parts = Object.entries(options.categories ?? {}).flatMap(([category, thresholds]) => {
    const members = cases.filter((one) => one.category === category).length
    const path = `categories.${category}`
    if (members === 0) return [{ path, expected: 'the category of a case', got: 'one that no case has' }]
    return unsupported(path, thresholds, { caseCount: members, runs, option })
  })
  return [...whole, ...parts]
}

/** The runs that thresholds stand on. */
interface Support {
  caseCount: number
  /** Of each case. */
  runs: number
  /** What the user would raise. */
  option: 'runs' | 'max'
}

function unsupported(path: string, thresholds: Thresholds, support: Support): Mistake[] {
  const { scores, ...rest } = thresholds
  const groups = {
    ...rest,
    ...Object.fromEntries(Object.entries(scores ?? {}).map(([name, bounds]) => [`scores.${name}`, bounds])),
  }
  return Object.entries(groups).flatMap(([metric, bounds]) =>
    typeof bounds === 'object'
      ? quantileNames.flatMap((name) => tooFew(`${path}.${metric}.${name}`, name, bounds, support))
      : [],
  )
}

function tooFew(
  path: string,
  name: QuantileName,
  bounds: StatisticThresholds,
  { caseCount, runs, option }: Support,
): Mistake[] {
  const needed = minimumSamplesForQuantile(quantiles[name])
  if (bounds[name] === undefined || caseCount * runs >= needed) return []
  const remedy = `Set \`${option}: ${Math.ceil(needed / caseCount)}\`, or judge p50, mean or max.`
  return [
    {
      path,
      expected: `judged on at least ${needed} runs`,
      got: `${caseCount * runs} (${caseCount} × ${runs})`,
      remedy,
    },
  ]
}

function caseMistakes(cases: readonly Case[]): Mistake[] {
  if (cases.length === 0)
    return [{ path: 'cases', expected: 'at least one case', got: 'none', remedy: 'Check `where` and the file.' }]
  const seen = new Map<string, number>()
  const mistakes: Mistake[] = []
  for (const [position, { name }] of cases.entries()) {
    const first = seen.get(name)
    if (first === undefined) seen.set(name, position)
    else
      mistakes.push({
        path: `cases[${position}].name`,
        expected: 'unique',
        got: `"${name}", the name of cases[${first}] too`,
        remedy: 'Give it a `name` of its own.',
      })
  }
  return mistakes
}

function planError(name: string, mistakes: readonly Mistake[]): BenchAgentError {
  return mistakesError('BENCH_AGENT_OPTIONS', `the scenario "${name}"`, mistakes)
}
