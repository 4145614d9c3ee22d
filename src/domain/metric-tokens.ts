import type { Metric } from './metric-kind.ts'
import { valueAt } from './sample.ts'
import { ratioOf } from './token-use.ts'
import { sumKnown } from './usage.ts'

const here = 'METHODOLOGY.md'

/** How well the tokens of runs were used. */
export const tokenMetrics = {
  cacheHitRatio: {
    label: 'cache hits',
    unit: 'ratio',
    better: 'higher',
    of: 'agent',
    per: 'run',
    grows: false,
    limits: false,
    meaning: 'Cached tokens of a run over its input tokens.',
    source: here,
    read: ({ values }, index) => ratioOf(valueAt(values.cachedTokens, index), valueAt(values.inputTokens, index)),
  },
  wastedTokens: {
    label: 'wasted tokens',
    unit: 'tokens',
    better: 'lower',
    of: 'agent',
    per: 'run',
    grows: true,
    limits: false,
    meaning:
      'Tokens of a run that bought nothing: input sent again and not cached, calls that failed or were repeated, calls that asked for the same tool calls again.',
    source: here,
    read: ({ values }, index) => valueAt(values.wastedTokens, index),
  },
  tokenEfficiencyRatio: {
    label: 'token efficiency',
    unit: 'ratio',
    better: 'higher',
    of: 'agent',
    per: 'run',
    grows: false,
    limits: false,
    meaning: 'Share of the tokens of a run that were not wasted.',
    source: here,
    read: ({ values }, index) => {
      const total = sumKnown([valueAt(values.inputTokens, index), valueAt(values.outputTokens, index)])
      const wasted = ratioOf(valueAt(values.wastedTokens, index), total)
      return wasted === undefined ? undefined : 1 - wasted
    },
  },
} as const satisfies Record<string, Metric>
