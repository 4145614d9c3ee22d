import type { Check } from '../../domain/check.ts'
import { formatRatio } from '../../domain/format.ts'
import { type Efficiency, type LossPart, lossParts, type SweepLevel } from '../../domain/study/sweep.ts'

/** The checks of the lowest efficiencies that are accepted, by concurrency. */
export function efficiencyChecks(levels: readonly SweepLevel[], bounds: Readonly<Record<string, number>>): Check[] {
  return Object.entries(bounds).flatMap(([concurrency, bound]): Check[] => {
    const level = levels.find((one) => one.concurrency === Number(concurrency))
    const subject = `efficiency of ${concurrency}`
    if (level?.efficiency === undefined)
      return [
        {
          status: 'fail',
          code: 'unknownMetric',
          subject,
          bound,
          unit: 'ratio',
          message: `The ${subject} is unknown, for too few good runs of it, or of one alone, ended.`,
          remedy: 'See why the runs failed.',
        },
      ]
    const { ratio } = level.efficiency
    const fails = ratio < bound
    const standing = fails ? 'under' : ratio === bound ? 'at' : 'above'
    return [
      {
        status: fails ? 'fail' : 'pass',
        code: 'threshold',
        subject,
        value: ratio,
        bound,
        unit: 'ratio',
        message: `The ${subject} is ${formatRatio(ratio)}${intervalText(level.efficiency)}, ${standing} its threshold of ${formatRatio(bound)}.`,
        remedy: fails ? remedyFor(level.efficiency) : undefined,
      },
    ]
  })
}

function intervalText({ interval }: Efficiency): string {
  return interval === undefined ? '' : ` (95%: ${formatRatio(interval.low)} to ${formatRatio(interval.high)})`
}

function remedyFor({ loss = {} }: Efficiency): string {
  const [largest] = lossParts.filter((part) => loss[part] !== undefined).sort((a, b) => (loss[b] ?? 0) - (loss[a] ?? 0))
  return largest === undefined ? 'See which runs failed.' : remedies[largest]
}

const remedies: Record<LossPart, string> = {
  backOff: 'Most of it is waiting for rate limits: ask for higher ones, or let fewer runs go at once.',
  model:
    'Most of it is the model, which answers more slowly when asked more at once: spread the calls, or use another deployment.',
  tool: 'Most of it is in tools: let them serve several at once.',
  other:
    'Most of it is neither model nor tool: look for a queue, a lock or a connection that runs share, and for work that blocks the event loop.',
}
