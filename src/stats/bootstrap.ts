import type { Interval } from './interval.ts'
import { normalQuantile, normalUpperTail } from './normal.ts'
import { quantile } from './quantile.ts'
import { random } from './random.ts'
import { sorted } from './sorted.ts'

/** How a bootstrap interval is made. */
export interface BootstrapOptions {
  /** Of the resamples, a whole number from 0 to 2³² − 1; the same seed always gives the same interval. */
  seed: number
  /**
   * The share of such intervals that hold the true value, above 0 and below 1.
   *
   * @default 0.95
   */
  confidence?: number | undefined
  /**
   * How many resamples are drawn, a whole number from 1. The ends of an interval of 95% move by about 2% of its width
   * from one seed to another at 2000, by 1% at 10 000.
   *
   * @default 2000
   */
  resamples?: number | undefined
  /**
   * `percentile` takes the middle share of the resampled statistics; `bca` corrects that for bias and skewness, which
   * costs one statistic more for every value.
   *
   * @default 'bca'
   */
  method?: 'bca' | 'percentile' | undefined
}

/**
 * The bootstrap confidence interval of any statistic of one sample. Absent below two values, and, of method `bca`, when
 * the statistic lies outside all resampled ones. Too narrow in small samples: at 95%, that of a mean covers 91 to 93% of
 * 20 values, 87 to 90% of 10, the less the more skewed they are.
 *
 * B. Efron, "Better Bootstrap Confidence Intervals", JASA 82 (1987); B. Efron & R. J. Tibshirani, "An Introduction to
 * the Bootstrap" (1993), chapters 13 and 14.
 *
 * @param statistic of a sample in any order; called with an array that is used again, so that it must not keep it
 * @throws {RangeError} when an option is outside its range, or a statistic is NaN or infinite
 */
export function bootstrapInterval(
  values: Iterable<number>,
  statistic: (values: Float64Array) => number,
  options: BootstrapOptions,
): Interval | undefined {
  const sample = Float64Array.from(values)
  return intervalOf([sample], ([own]) => statistic(own ?? sample), options)
}

/**
 * The bootstrap confidence interval of any statistic of two independent samples, such as the difference of their means;
 * each is resampled by itself. Absent where that of one sample is.
 *
 * B. Efron, "Better Bootstrap Confidence Intervals", JASA 82 (1987); acceleration of several samples: T. J. DiCiccio & B.
 * Efron, "Bootstrap Confidence Intervals", Statistical Science 11 (1996), by the jackknife of each.
 *
 * @param statistic of two samples in any order; called with arrays that are used again, so that it must not keep them
 * @throws {RangeError} when an option is outside its range, or a statistic is NaN or infinite
 */
export function bootstrapIntervalOfTwo(
  candidate: Iterable<number>,
  baseline: Iterable<number>,
  statistic: (candidate: Float64Array, baseline: Float64Array) => number,
  options: BootstrapOptions,
): Interval | undefined {
  const upper = Float64Array.from(candidate)
  const lower = Float64Array.from(baseline)
  return intervalOf([upper, lower], ([own, other]) => statistic(own ?? upper, other ?? lower), options)
}

type Samples = readonly Float64Array[]

function intervalOf(
  samples: Samples,
  statistic: (samples: Samples) => number,
  { seed, confidence = 0.95, resamples = 2000, method = 'bca' }: BootstrapOptions,
): Interval | undefined {
  requireOptions(confidence, resamples)
  if (samples.some((sample) => sample.length < 2)) return undefined
  const resampled = sorted(resampledStatistics(samples, statistic, resamples, random(seed)))
  const tails = [(1 - confidence) / 2, (1 + confidence) / 2] as const
  const shares = method === 'bca' ? correctedShares(tails, samples, statistic, resampled) : tails
  return shares && { low: quantile(resampled, shares[0]), high: quantile(resampled, shares[1]) }
}

function* resampledStatistics(
  samples: Samples,
  statistic: (samples: Samples) => number,
  resamples: number,
  next: () => number,
): Generator<number> {
  const resample = samples.map((sample) => sample.slice())
  for (let drawn = 0; drawn < resamples; drawn++) {
    for (const [which, sample] of samples.entries()) {
      const own = resample[which] ?? sample
      for (let index = 0; index < own.length; index++) own[index] = Number(sample[Math.floor(next() * sample.length)])
    }
    yield statistic(resample)
  }
}

// Which quantiles of the resampled statistics are the ends: equation 14.10 of Efron & Tibshirani (1993).
function correctedShares(
  tails: readonly [number, number],
  samples: Samples,
  statistic: (samples: Samples) => number,
  resampled: Float64Array,
): readonly [number, number] | undefined {
  const estimate = statistic(samples.map((sample) => sample.slice()))
  const below = resampled.reduce((count, value) => count + (value < estimate ? 1 : value === estimate ? 0.5 : 0), 0)
  if (below === 0 || below === resampled.length) return undefined
  const bias = normalQuantile(below / resampled.length)
  const acceleration = accelerationOf(samples, statistic)
  const corrected = (share: number) => {
    const score = bias + normalQuantile(share)
    const slope = 1 - acceleration * score
    // Where the correction would turn round, it has reached the end.
    if (slope <= 0) return score > 0 ? 1 : 0
    return normalUpperTail(-(bias + score / slope))
  }
  return [corrected(tails[0]), corrected(tails[1])]
}

// A sixth of the skewness of the statistic, from its jackknife influences.
function accelerationOf(samples: Samples, statistic: (samples: Samples) => number): number {
  let cubes = 0
  let squares = 0
  for (const [which, sample] of samples.entries()) {
    const without = Float64Array.from(sample, (_, index) => {
      const left = sample.filter((_, other) => other !== index)
      return statistic(samples.map((own, place) => (place === which ? left : own.slice())))
    })
    const center = without.reduce((total, value) => total + value, 0) / sample.length
    for (const value of without) {
      const influence = ((sample.length - 1) * (center - value)) / sample.length
      cubes += influence ** 3
      squares += influence ** 2
    }
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

function requireOptions(confidence: number, resamples: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`expected a confidence above 0 and below 1, got ${confidence}`)
  }
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new RangeError(`expected a whole number of resamples from 1, got ${resamples}`)
  }
}
