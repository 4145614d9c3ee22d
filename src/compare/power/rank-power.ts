import { normalQuantile, normalUpperTail } from '../../stats/normal.ts'
import { rankScore } from '../../stats/rank-score.ts'
import { saysAnything, standardError } from '../evidence/evidence.ts'
import type { Noise } from '../evidence/noise.ts'

/**
 * The share of executions in which the rank test finds a shift at `rate`, for values that vary as normal ones do. It grows ever more
 * slowly once the sides are apart, so that a baseline of few runs is what decides. 1 where nothing varies, and where they are so few that ranks are not asked.
 */
export function rankPower(noise: Noise, rate: number): (shift: number) => number {
  const { values, designEffect, candidateWeight, baselineWeight } = noise
  const own = 1 / candidateWeight
  const other = 1 / baselineWeight
  const deviation = Math.sqrt(values.variance)
  if (deviation === 0 || !saysAnything(own, other, designEffect)) return () => 1
  const critical = -normalQuantile(rate) * Math.sqrt(designEffect)
  const drifted = Math.sqrt(Math.max(0, standardError(noise, true).error ** 2 - standardError(noise, false).error ** 2))
  const scoreOf = (shift: number) => rankScore(shift / deviation, own, other)
  return (shift) => {
    const score = scoreOf(shift)
    const byDrift = (scoreOf(shift + drifted).mean - scoreOf(shift - drifted).mean) / 2
    return normalUpperTail((critical - score.mean) / Math.hypot(score.deviation * Math.sqrt(designEffect), byDrift))
  }
}
