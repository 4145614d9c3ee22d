import { formatCount, formatMs, formatRatio } from '../../domain/format.ts'
import type { Stress, StressOutcome } from '../../domain/study/stress.ts'
import { bar } from './bar.ts'
import type { StudyReport } from './study-table.ts'

const barWidth = 10

/** A stress suite as a table, a row for each kind of stress, and what to do. */
export function stressReport({ usual, outcomes, resilienceScore, advice }: Stress): StudyReport {
  const right = { align: 'right' } as const
  return {
    question: `under stress: resilience ${resilienceScore.toFixed(2)} of 1`,
    columns: [
      { heading: 'stress', align: 'left', priority: 0 },
      { heading: 'score', ...right, priority: 0 },
      { heading: '', align: 'left', priority: 1 },
      { heading: 'runs', ...right, priority: 5 },
      { heading: 'good', ...right, priority: 1 },
      { heading: 'p95', ...right, priority: 2 },
      { heading: 'recovery', ...right, priority: 3 },
      { heading: 'model calls', ...right, priority: 4 },
      { heading: 'breaks', align: 'left', priority: 4 },
    ],
    rows: outcomes.map((one) => [
      one.scenario,
      one.score.toFixed(2),
      bar(one.score, barWidth),
      formatCount(one.runs),
      one.successRatio === undefined ? '–' : formatRatio(one.successRatio),
      times(one.slowdownRatio),
      recoveryText(one),
      times(one.amplificationRatio),
      one.breaksAt === undefined ? '' : `at ${one.breaksAt}`,
    ]),
    sentences: [
      `p95 and model calls as multiples of the usual: ${formatMs(usual.p95Ms)}${usual.modelCalls === undefined ? '' : ` and ${formatCount(usual.modelCalls)}`} a run, ${formatCount(usual.concurrency)} at once.`,
      ...advice,
    ],
  }
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${formatCount(ratio)} ×`
}

function recoveryText({ recovered, recoveryMs }: StressOutcome): string {
  if (recovered === undefined) return ''
  return recoveryMs === undefined ? 'never' : formatMs(recoveryMs)
}
