import type { Fault } from '../../../domain/fault.ts'
import { formatMs } from '../../../domain/format.ts'
import type { LoadShape } from '../../../domain/load/load-shape.ts'
import { spike, sustained } from '../../../domain/load/load-shape.ts'
import type { Bounds } from '../../../domain/scenario.ts'
import type { StressBounds, StressName } from '../../../domain/study/stress.ts'

/** What all kinds of stress follow from. */
export interface StressScale {
  /** Runs in flight when nothing is wrong. */
  concurrency: number
  /** How long the shortest load is kept up, in milliseconds. */
  durationMs: number
}

/** One kind of stress, as an execution. */
export interface StressScenario {
  name: StressName
  /** What is done, in a sentence. */
  sentence: string
  load?: LoadShape | undefined
  runs?: Bounds['runs']
  concurrency?: number | undefined
  faults?: readonly Fault[] | undefined
  /** Runs that start at one instant, none of which starts before those of the last one have ended; absent when runs go through. */
  cycleRuns?: number | undefined
  /** How many times as large inputs are; absent when they are as they are. */
  inputTimes?: number | undefined
  /** What the process holds and makes beside the agent, in bytes; absent when nothing. */
  ballast?: { heldBytes: number; garbageBytesPerSecond: number } | undefined
  bounds: StressBounds
  /** When the stress begins and ends, on the clock of the load; absent where all of it is stress. */
  stressed?: { fromMs: number; toMs: number } | undefined
  isOutage: boolean
  /** Whether back-off is taken off the latency, for it is what the provider asked for. @default false */
  forgivesWaiting?: boolean | undefined
  steps?: { fromMs: number; name: string }[] | undefined
}

const usualSuccess = 0.95
const mebibyte = 2 ** 20

/** The kinds of stress, each with bounds that a user may change. */
export function stressScenarios({ concurrency, durationMs }: StressScale): StressScenario[] {
  const many = { concurrency: 10 * concurrency }
  const usual = { concurrency }
  const times = [1, 2, 5, 10]
  const stepMs = durationMs / 2
  const bounds = { successRatio: usualSuccess, slowdownRatio: 3 }
  const recovering = { ...bounds, recoveryMs: durationMs / 2 }
  const plain = { bounds, isOutage: false }
  return [
    {
      ...plain,
      name: 'highLoad',
      sentence: `Once, twice, five and ten times the usual load, ${formatMs(stepMs)} each.`,
      load: {
        stages: times.flatMap((factor) => [
          { durationMs: 0, concurrency: factor * concurrency },
          { durationMs: stepMs, concurrency: factor * concurrency },
        ]),
      },
      steps: times.map((factor, step) => ({
        fromMs: step * stepMs,
        name: factor === 1 ? 'the usual load' : `${factor} times the usual load`,
      })),
    },
    {
      ...plain,
      name: 'sustained',
      sentence: `The usual load for ${formatMs(3 * durationMs)}.`,
      load: sustained({ at: usual, durationMs: 3 * durationMs }),
      bounds: { ...bounds, slowdownRatio: 1.5 },
    },
    {
      ...plain,
      name: 'spike',
      sentence: `Ten times the usual load for ${formatMs(stepMs)}, with the usual before and after it.`,
      load: spike({ from: usual, to: many, beforeMs: stepMs, holdMs: stepMs, afterMs: durationMs }),
      bounds: { ...recovering, slowdownRatio: 10 },
      stressed: { fromMs: stepMs, toMs: 2 * stepMs },
    },
    {
      ...plain,
      name: 'memoryPressure',
      sentence: 'The usual load while the process holds 256 MiB more, and makes 64 MiB of garbage a second.',
      load: { ...usual, durationMs },
      ballast: { heldBytes: 256 * mebibyte, garbageBytesPerSecond: 64 * mebibyte },
    },
    {
      ...plain,
      name: 'concurrentRequests',
      sentence: `${20 * concurrency} runs at one instant, three times.`,
      concurrency: 20 * concurrency,
      runs: 60 * concurrency,
      cycleRuns: 20 * concurrency,
      bounds: { ...bounds, slowdownRatio: 10 },
    },
    {
      ...plain,
      name: 'largeInputs',
      sentence: 'Inputs ten times as large, at the usual load.',
      load: { ...usual, durationMs },
      inputTimes: 10,
      bounds: { ...bounds, slowdownRatio: 10 },
    },
    {
      ...plain,
      name: 'rateLimiting',
      sentence:
        'One model call in five is answered by 429, which asks to wait for 200 ms; waiting is not held against the agent.',
      load: { ...usual, durationMs },
      faults: [{ kind: 'rateLimit', retryAfterMs: 200, rate: 0.2 }],
      forgivesWaiting: true,
    },
    {
      ...plain,
      name: 'failureRecovery',
      sentence: `No model answers but with 503 for ${formatMs(stepMs)}; before and after it all is well.`,
      load: { ...usual, durationMs: 2 * durationMs },
      faults: [{ kind: 'serverError', status: 503, schedule: [{ fromMs: stepMs, toMs: 2 * stepMs }] }],
      bounds: { ...recovering, recoveryMs: durationMs },
      stressed: { fromMs: stepMs, toMs: 2 * stepMs },
      isOutage: true,
    },
  ]
}
