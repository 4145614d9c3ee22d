/** What a metric's numbers count. A ratio is 0..1, never percent. */
export type Unit = 'ms' | 'tokens' | 'usd' | 'bytes' | 'ratio' | 'count' | 'perSecond' | 'score'
