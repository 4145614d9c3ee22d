import type { Baseline, MetricValues } from '../src/domain/baseline.ts'
import { type Draw, drawing, drawSuccess, drawTimes } from './draw.ts'
import type { Experiment } from './experiment.ts'
import { environmentKey, pastExecution } from './past.ts'
import { plannedRuns } from './scenario.ts'
import { isRed, judge } from './session.ts'
import type { Observation } from './tally.ts'

const freshRuns = 30
const sessions = 10
const timeSigma = 0.2

/**
 * One scenario of an agent with every metric that is compared, and two scores: runs of two to four steps, of which tokens, calls, cost
 * and time are made up. What many tests of one scenario cost in runs, and how often one of them is wrong.
 */
export function metricsExperiment(trials: number): Experiment {
  return {
    name: 'metrics',
    trials,
    trial: (seed): Observation[] => {
      const draw = drawing(seed)
      const history = Array.from({ length: sessions }, () => pastExecution(drawMetrics(draw, plannedRuns)))
      const baseline: Baseline = { history, environmentKey }
      const values = drawMetrics(draw, plannedRuns + freshRuns)
      const { findings, fresh } = judge({ values, planned: plannedRuns }, baseline)
      return [
        {
          name: 'false_alarm_per_scenario.all_metrics',
          hits: isRed(findings) ? 1 : 0,
          n: 1,
          bound: { atMost: 0.0002 },
        },
        {
          name: 'cost.extra_runs_ratio.all_metrics',
          hits: fresh,
          n: plannedRuns,
          clustered: true,
          bound: { atMost: 0.2 },
        },
      ]
    },
  }
}

/** The metrics of `count` runs with one case. */
function drawMetrics(draw: Draw, count: number): MetricValues {
  const factors = drawTimes(draw, count, timeSigma).map(Math.exp)
  const runs = factors.map((factor) => drawRun(draw, factor))
  const of = (read: (run: Run) => number) => [runs.map(read)]
  return {
    workingMs: of(({ workingMs }) => workingMs),
    workingPerOutputTokenMs: of(({ workingMs, outputTokens }) => workingMs / outputTokens),
    ttftMs: of(({ ttftMs }) => ttftMs),
    inputTokens: of(({ inputTokens }) => inputTokens),
    outputTokens: of(({ outputTokens }) => outputTokens),
    totalTokens: of(({ inputTokens, outputTokens }) => inputTokens + outputTokens),
    steps: of(({ steps }) => steps),
    modelCalls: of(({ steps }) => steps),
    toolCalls: of(({ toolCalls }) => toolCalls),
    costUsd: of(({ inputTokens, outputTokens }) => (inputTokens * 0.25 + outputTokens * 2) / 1e6),
    'scores.polite': of(() => 0.6 + 0.4 * draw.uniform()),
    'scores.brevity': of(({ outputTokens }) => Math.min(1, 100 / outputTokens)),
    successRatio: [drawSuccess(draw, count, 0.05)],
  }
}

interface Run {
  steps: number
  toolCalls: number
  inputTokens: number
  outputTokens: number
  workingMs: number
  ttftMs: number
}

function drawRun({ normal, uniform }: Draw, factor: number): Run {
  const steps = 2 + Math.floor(3 * uniform())
  const outputTokens = Math.max(1, Math.round(60 * steps * Math.exp(0.3 * normal())))
  return {
    steps,
    toolCalls: steps - 1 + Math.floor(2 * uniform()),
    inputTokens: Math.round(800 * steps * Math.exp(0.2 * normal())),
    outputTokens,
    workingMs: factor * (200 * steps + 10 * outputTokens),
    ttftMs: 200 * factor * Math.exp(0.2 * normal()),
  }
}
