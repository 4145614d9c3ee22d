import { bindingWords, objectiveWords } from '../../compare/study/breaking-point-check.ts'
import { formatCount, formatRatio, formatValue } from '../../domain/format.ts'
import { metrics } from '../../domain/metric.ts'
import type { BreakingPointStudy, Objective, ProbeNote } from '../../domain/study/breaking-point.ts'
import { bar } from './bar.ts'
import type { StudyReport } from './study-table.ts'

const barWidth = 16

/** A search as a table, a row for each load that was tried, and its answer. */
export function breakingPointReport({ objectives, answer, probes }: BreakingPointStudy): StudyReport {
  const most = Math.max(...probes.map(({ throughputPerSecond = 0 }) => throughputPerSecond))
  const right = { align: 'right' } as const
  const failed = probes.some(({ failures }) => failuresOf(failures) > 0)
  return {
    question: `for the highest load with ${objectives.map(objectiveWords).join(' and ')}`,
    columns: [
      { heading: 'load', align: 'left', priority: 0 },
      { heading: 'runs', ...right, priority: 4 },
      { heading: 'throughput', ...right, priority: 0 },
      { heading: '', align: 'left', priority: 1 },
      { heading: 'in flight', ...right, priority: 3 },
      ...objectives.map((one) => ({ heading: headingOf(one), ...right, priority: 2 })),
      ...(failed ? [{ heading: 'failed', ...right, priority: 2 }] : []),
      { heading: '', align: 'left' as const, priority: 1 },
    ],
    rows: probes.map((probe) => [
      loadWords(probe.load),
      formatCount(probe.runs),
      probe.throughputPerSecond === undefined ? '–' : formatValue('perSecond', probe.throughputPerSecond),
      bar((probe.throughputPerSecond ?? 0) / most, barWidth),
      formatCount(probe.mostInFlight),
      ...objectives.map((one, position) => valueText(one, probe.values[position] ?? null)),
      ...(failed ? [formatCount(failuresOf(probe.failures))] : []),
      'ratePerSecond' in probe.load
        ? probe.broken === undefined
          ? 'sustained'
          : bindingWords(probe.broken, objectives)
        : '',
    ]),
    sentences: [
      answerSentence(answer, objectives),
      `${formatCount(probes.reduce((sum, { runs }) => sum + runs, 0))} runs were made to find out.`,
    ],
  }
}

function failuresOf({ error, timeout, dropped }: ProbeNote['failures']): number {
  return error + timeout + dropped
}

function headingOf(objective: Objective): string {
  return objective.metric === 'failureRatio' ? 'failures' : `${metrics[objective.metric].label} ${objective.statistic}`
}

function valueText(objective: Objective, value: number | null): string {
  if (value === null) return '–'
  return objective.metric === 'failureRatio' ? formatRatio(value) : formatValue(metrics[objective.metric].unit, value)
}

function loadWords(load: ProbeNote['load']): string {
  return 'concurrency' in load
    ? `${formatCount(load.concurrency)} at once`
    : formatValue('perSecond', load.ratePerSecond)
}

function answerSentence(answer: BreakingPointStudy['answer'], objectives: readonly Objective[]): string {
  const rate = (value: number) => formatValue('perSecond', value)
  switch (answer.answer) {
    case 'found': {
      const { sustainedPerSecond, failingPerSecond, bound, shape, interval } = answer
      const how = shape === 'cliff' ? 'a cliff: a little less does no harm' : 'it bends before it breaks'
      return `Sustains ${rate(sustainedPerSecond)} (95%: ${rate(interval.low)} to ${rate(interval.high)}). At ${rate(failingPerSecond)} ${bindingWords(bound, objectives)}; ${how}.`
    }
    case 'notReached':
      return `Sustains at least ${rate(answer.atLeastPerSecond)}: nothing broke.`
    case 'refused':
      return 'No answer.'
  }
}
