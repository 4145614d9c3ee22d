import type { Metric } from './metric-kind.ts'
import { type Samples, valueAt } from './sample.ts'
import { cacheHitRatio, type TokenUse, tokenEfficiencyRatio, wastedTokens } from './token-use.ts'

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
    read: (samples, index) => cacheHitRatio(useAt(samples, index)),
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
    read: (samples, index) => wastedTokens(useAt(samples, index)),
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
    read: (samples, index) => tokenEfficiencyRatio(useAt(samples, index)),
  },
} as const satisfies Record<string, Metric>

function useAt({ values }: Samples, index: number): TokenUse {
  return {
    inputTokens: valueAt(values.inputTokens, index),
    outputTokens: valueAt(values.outputTokens, index),
    cachedTokens: valueAt(values.cachedTokens, index),
    resentTokens: valueAt(values.resentTokens, index),
    failedTokens: valueAt(values.failedTokens, index),
    repeatedTokens: valueAt(values.repeatedTokens, index),
  }
}
