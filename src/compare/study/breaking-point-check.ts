import type { Check } from '../../domain/check.ts'
import { formatRatio, formatValue } from '../../domain/format.ts'
import { metrics } from '../../domain/metric.ts'
import type { Binding, BreakingPointStudy, Objective } from '../../domain/study/breaking-point.ts'

/** `objective` in a few words: `response time p95 at most 3 s`. */
export function objectiveWords(objective: Objective): string {
  if (objective.metric === 'failureRatio') return `at most ${formatRatio(objective.bound)} of the runs failed`
  const { label, unit } = metrics[objective.metric]
  return `${label} ${objective.statistic} at most ${formatValue(unit, objective.bound)}`
}

/** What bound a load, in a few words. */
export function bindingWords(binding: Binding, objectives: readonly Objective[]): string {
  if (binding === 'failures') return 'too many runs failed'
  if (binding === 'inFlight') return 'more and more runs were in flight'
  if (binding === 'throughput') return 'no more runs got done'
  const objective = objectives[binding.objective]
  if (objective === undefined) return 'an objective was missed'
  return objective.metric === 'failureRatio'
    ? 'too many runs failed'
    : `${metrics[objective.metric].label} ${objective.statistic} was too high`
}

/**
 * What the search has to say against the agent.
 *
 * @param bound the lowest load that has to be sustained, in runs a second; absent when none has to be
 */
export function breakingPointChecks({ answer, objectives }: BreakingPointStudy, bound: number | undefined): Check[] {
  const subject = 'sustained load'
  const common = { subject, code: 'threshold', unit: 'perSecond', bound } as const
  switch (answer.answer) {
    case 'found': {
      const { sustainedPerSecond: value, bound: binding } = answer
      if (bound === undefined) return []
      const fails = value < bound
      const message = `The highest load that it sustains is ${formatValue('perSecond', value)}, ${sideOf(value, bound)} its threshold of ${formatValue('perSecond', bound)}: beyond, ${bindingWords(binding, objectives)}.`
      return [
        {
          ...common,
          status: fails ? 'fail' : 'pass',
          value,
          message,
          remedy: fails ? 'A `sweep` over concurrency tells what is lost where.' : undefined,
        },
      ]
    }
    case 'notReached': {
      const { atLeastPerSecond: value, cap } = answer
      const isEnough = bound !== undefined && value >= bound
      const message = `It sustains at least ${formatValue('perSecond', value)}; ${capWords[cap]} before anything broke.`
      return [
        {
          ...common,
          status: isEnough ? 'pass' : 'inconclusive',
          value,
          atLeast: true,
          message,
          remedy: isEnough ? undefined : `Raise ${capOptions[cap]}.`,
        },
      ]
    }
    case 'refused': {
      const fails = answer.reason === 'missedUnloaded' || answer.reason === 'failsUnloaded'
      const objective = answer.objective === undefined ? undefined : objectives[answer.objective]
      const which = objective === undefined ? 'An objective' : `The objective (${objectiveWords(objective)})`
      const reasons = {
        insideNoise: [
          `${which} lies within what runs differ by without any load, so that no load can be told from another.`,
          'Allow more, or make the agent vary less.',
        ],
        missedUnloaded: [
          `${which} is missed without any load: one run at a time.`,
          'Mend the agent first, or allow more.',
        ],
        failsUnloaded: ['Too many runs fail without any load: one at a time.', 'See why the runs failed.'],
        cap: [
          `${answer.cap === undefined ? 'A cap was reached' : capitalized(capWords[answer.cap])} before the search came to an answer.`,
          `Raise ${answer.cap === undefined ? 'the cap' : capOptions[answer.cap]}.`,
        ],
        nothingSustained: [
          'No load was sustained, down to that of one run at a time.',
          'One run after another is all that it can do: see what runs share.',
        ],
      } as const
      const [message, remedy] = reasons[answer.reason]
      return [{ ...common, status: fails ? 'fail' : 'inconclusive', message, remedy }]
    }
  }
}

const capWords = {
  concurrency: 'the highest number of runs in flight was reached',
  rate: 'the highest rate was reached',
  runs: 'there were no runs left for another probe',
  cost: 'there was no money left for another probe',
} as const
const capOptions = {
  concurrency: '`maxConcurrency`',
  rate: '`maxRatePerSecond`',
  runs: '`maxRuns`',
  cost: '`spendUsd`',
} as const

function sideOf(value: number, bound: number): string {
  return value < bound ? 'under' : value > bound ? 'above' : 'at'
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
