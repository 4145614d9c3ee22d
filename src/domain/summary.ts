import type { Case } from './case.ts'
import { type Distribution, distributionOf } from './distribution.ts'
import { distributionOfFold, type Fold, type GroupFold } from './fold/fold.ts'
import { metrics } from './metric.ts'
import type { Resources } from './metric-kind.ts'
import {
  type DistributionMetricName,
  distributionMetricNames,
  type ScenarioMetricName,
  scenarioMetricNames,
} from './metric-name.ts'
import {
  type PhaseSummary,
  summarizeSpans,
  summarizeTurns,
  type ToolSummary,
  type TurnSummary,
} from './part-summary.ts'
import { type Reading, readMetric, readScore } from './reading.ts'
import { countOutcomes, isAnswered, isTimed, type Outcome, outcomeAt, runsMade, type Samples } from './sample.ts'
import { summarizeTokens, type TokenSummary } from './token-summary.ts'

/** The runs of one case or one category. */
export interface GroupSummary {
  name: string
  /** Absent when the case has none. */
  category?: string | undefined
  outcomes: Record<Outcome, number>
  /** Absent when no run of the group could tell. */
  successRatio?: number | undefined
  metrics: { [M in DistributionMetricName]?: Distribution }
  scores: Record<string, Distribution>
}

/** What an execution's samples come to. */
export interface Summary {
  /** Runs made, warm-up excluded. */
  runs: number
  outcomes: Record<Outcome, number>
  /** Runs during which the event loop was late for a reason outside them. */
  degraded: number
  /** A metric is absent when none of the runs knew it. */
  metrics: { [M in DistributionMetricName]?: Distribution }
  /** Metrics of the execution as a whole; absent when unknown. */
  scenario: { [M in ScenarioMetricName]?: number }
  scores: Record<string, Distribution>
  cases: GroupSummary[]
  categories: GroupSummary[]
  turns: TurnSummary[]
  phases: PhaseSummary[]
  tools: ToolSummary[]
  /** Agents of the runs, by name: how long each took, what it had others do for it included; absent without any. */
  agents?: PhaseSummary[] | undefined
  /** Tools by which agents hand over to others, by the name of those; absent without any. */
  handoffs?: ToolSummary[] | undefined
  /** What the timed runs used, as a whole and by part; absent when no run told of a model call. */
  tokens?: TokenSummary | undefined
}

/** Summarizes the runs of an execution over `cases`. */
export function summarize(samples: Samples, resources: Resources, cases: readonly Case[], fold?: Fold): Summary {
  const outcomes = countOutcomes(samples)
  const all = positions(samples, () => true)
  const scenario: Summary['scenario'] = {}
  for (const name of scenarioMetricNames) {
    const value = metrics[name].read(outcomes, resources)
    if (value !== undefined) scenario[name] = value
  }
  return {
    runs: runsMade(samples),
    outcomes,
    degraded: degradedIn(samples),
    ...(fold === undefined ? rowsGroup(samples, all) : foldedGroup(fold.all)),
    scenario,
    cases:
      cases.length < 2
        ? []
        : cases.map((one, caseIndex) => group(samples, one.name, [caseIndex], one.category, fold?.cases[caseIndex])),
    categories: byCategory(cases).map(([category, caseIndexes]) =>
      group(samples, category, caseIndexes, undefined, fold?.categories.get(category)),
    ),
    turns: summarizeTurns(samples),
    ...summarizeSpans(samples),
    tokens: summarizeTokens(samples.tokens),
  }
}

/** Runs marked degraded, of those that are kept one by one; of the others what was marked when they ended. */
function degradedIn({ degraded, length, all }: Samples): number {
  const kept = degraded.subarray(0, length).reduce((sum, flag) => sum + flag, 0)
  return Math.max(kept, all?.degraded ?? 0)
}

function rowsGroup(samples: Samples, runs: readonly number[]): Pick<Summary, 'metrics' | 'scores'> {
  return { metrics: distributions(samples, runs), scores: scoreDistributions(samples, runs) }
}

function foldedGroup({ metrics: folded, scores }: GroupFold): Pick<Summary, 'metrics' | 'scores'> {
  const found: Summary['metrics'] = {}
  for (const name of distributionMetricNames) {
    const values = folded[name] === undefined ? undefined : distributionOfFold(folded[name])
    if (values !== undefined) found[name] = values
  }
  const known = [...scores].flatMap(([name, one]): [string, Distribution][] => {
    const values = distributionOfFold(one)
    return values === undefined ? [] : [[name, values]]
  })
  return { metrics: found, scores: Object.fromEntries(known) }
}

function group(
  samples: Samples,
  name: string,
  caseIndexes: readonly number[],
  category: string | undefined,
  fold: GroupFold | undefined,
): GroupSummary {
  if (fold !== undefined) {
    const { outcomes } = fold
    const counted = { outcomes: { ...outcomes }, successRatio: metrics.successRatio.read(outcomes) }
    return { name, category, ...counted, ...foldedGroup(fold) }
  }
  const members = new Set(caseIndexes)
  const runs = positions(samples, (index) => members.has(samples.caseIndex[index] ?? -1))
  const outcomes = { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 }
  for (const index of runs) outcomes[outcomeAt(samples, index)] += 1
  return {
    name,
    category,
    outcomes,
    successRatio: metrics.successRatio.read(outcomes),
    ...rowsGroup(samples, runs),
  }
}

function byCategory(cases: readonly Case[]): [string, number[]][] {
  const groups = new Map<string, number[]>()
  for (const [caseIndex, { category }] of cases.entries()) {
    if (category === undefined) continue
    const members = groups.get(category)
    if (members === undefined) groups.set(category, [caseIndex])
    else members.push(caseIndex)
  }
  return [...groups]
}

function distributions(samples: Samples, runs: readonly number[]): Summary['metrics'] {
  const timed = runs.filter((index) => isTimed(samples, index))
  const found: Summary['metrics'] = {}
  for (const name of distributionMetricNames) {
    const values = distributionOfReading(readMetric(samples, timed, name))
    if (values !== undefined) found[name] = values
  }
  return found
}

function scoreDistributions(samples: Samples, runs: readonly number[]): Record<string, Distribution> {
  const answered = runs.filter((index) => isAnswered(samples, index))
  const found: Record<string, Distribution> = {}
  for (const name of samples.scores.keys()) {
    const distribution = distributionOfReading(readScore(samples, answered, name))
    if (distribution !== undefined) found[name] = distribution
  }
  return found
}

function distributionOfReading({ values, missing, bounds }: Reading): Distribution | undefined {
  return distributionOf(values, missing, bounds)
}

function positions(samples: Samples, wanted: (index: number) => boolean): number[] {
  const found: number[] = []
  for (let index = 0; index < samples.length; index++) if (wanted(index)) found.push(index)
  return found
}
