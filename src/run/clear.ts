import { describeMetric } from '../compare/judge.ts'
import { type Standing, standingsOf } from '../compare/looks/sequential.ts'
import { type ThresholdStanding, thresholdStandings } from '../compare/looks/threshold-look.ts'
import { baselineValues, type Comparability } from '../domain/baseline.ts'
import { plural } from '../domain/format.ts'
import type { Plan } from '../domain/plan.ts'
import { countOutcomes, outcomeAt, type Samples } from '../domain/sample.ts'
import type { Stop } from '../domain/stop.ts'
import { hasOwnSuccess } from '../domain/threshold.ts'
import type { ScenarioSetting } from './setting.ts'

/** What the runs so far answer, and why. */
export type Answer = Pick<Stop, 'answer' | 'reason'>

/** An answer that further runs could change. */
const open = (reason: string): Answer => ({ answer: 'open', reason })

/** Before any look. */
export const unanswered: Answer = open('there was no look before the last run')

/** What `rounds` rounds answer: whether the agent got worse than its baseline, and whether it keeps what it has to. */
export function answerAfter(
  rounds: number,
  { plan, baseline, deferred }: Pick<ScenarioSetting, 'plan' | 'baseline' | 'deferred'>,
  samples: Samples,
  comparability: Comparability,
): Answer {
  if (countOutcomes(samples).infrastructure * 2 > samples.length)
    return open('the infrastructure broke more than half of the runs')
  const thresholds = deferred ? [] : thresholdStandings(plan, samples, rounds)
  const broken = thresholds.filter(({ answer }) => answer === 'broken').map(({ subject }) => subject)
  if (broken.length > 0)
    return {
      answer: 'broken',
      reason: `${listed(broken)} clearly ${broken.length === 1 ? 'breaks its threshold' : 'break their thresholds'}`,
    }
  const candidate = {
    values: baselineValues(samples, plan.cases.length),
    comparability,
    confirms: true,
    detect: plan.detect,
  }
  const progress = { rounds, most: plan.runs ?? rounds, looks: plan.looks }
  const metrics = baseline === undefined ? [] : standingsOf(candidate, baseline, progress)
  const worse = namesOf(metrics.filter(({ answer }) => answer === 'worse'))
  if (worse.length > 0) return { answer: 'worse', reason: `${listed(worse)} clearly got worse` }
  if (baseline !== undefined && metrics.length === 0) return open('a first baseline takes all runs')
  if (thresholds.length + metrics.length === 0)
    return open('there is neither a baseline nor a threshold by name to answer for')
  return unbroken(
    thresholds,
    metrics.filter(({ isAwaited }) => isAwaited),
    rounds,
  )
}

function unbroken(thresholds: readonly ThresholdStanding[], metrics: readonly Standing[], rounds: number): Answer {
  const undecided = namesOf(metrics.filter(({ answer }) => answer === 'open'))
  const unkept = thresholds.filter(({ answer }) => answer === 'open').map(({ subject }) => subject)
  const whether = [
    ...(undecided.length === 0 ? [] : [`${listed(undecided)} got worse`]),
    ...(unkept.length === 0
      ? []
      : [`${listed(unkept)} ${unkept.length === 1 ? 'keeps its threshold' : 'keep their thresholds'}`]),
  ]
  if (whether.length > 0)
    return open(`after ${plural(rounds, 'run')} of each case it was open whether ${whether.join(' and whether ')}`)
  const kept = thresholds.length === 0 ? [] : ['every threshold by name is clearly kept']
  if (metrics.length === 0) return { answer: 'kept', reason: kept.join('') }
  const same = `${listed(namesOf(metrics))} clearly did not get worse by what is to be found`
  return { answer: 'notWorse', reason: [same, ...kept].join(', and ') }
}

function namesOf(standings: readonly Standing[]): string[] {
  return standings.map(({ metric }) => describeMetric(metric).label)
}

const mostNames = 3

function listed(names: readonly string[]): string {
  if (names.length > mostNames) return `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/**
 * The answer of runs after which even success in every run to come would leave `successRatio` under its threshold; absent while it
 * would not. Where the scenario names none, that is the 1 of the cases whose category names none either.
 */
export function certainFailure(plan: Plan, samples: Samples): Answer | undefined {
  // One whole round first, so that the report can tell which cases fail.
  const { runs, totalRuns } = plan
  if (runs === undefined || totalRuns === undefined) return undefined
  if (samples.length < plan.cases.length || samples.length >= totalRuns) return undefined
  const { successRatio } = plan.thresholds
  const counts = plan.cases.map(
    ({ category }) => successRatio !== undefined || !hasOwnSuccess(category, plan.categories),
  )
  let judged = runs * counts.filter((one) => one).length
  let failed = 0
  for (let index = 0; index < samples.length; index++) {
    if (!counts[samples.caseIndex[index] ?? 0]) continue
    const outcome = outcomeAt(samples, index)
    if (outcome === 'infrastructure') judged -= 1
    else if (outcome !== 'ok') failed += 1
  }
  if (failed === 0 || (judged - failed) / judged >= (successRatio ?? 1)) return undefined
  return {
    answer: 'broken',
    reason: `${plural(failed, 'run')} failed, so that success cannot reach its threshold any more`,
  }
}
