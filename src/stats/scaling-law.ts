import { nonNegativeLeastSquares } from './non-negative-least-squares.ts'

/** Throughput that was measured with so many at work. */
export interface ThroughputPoint {
  /** How many were at work at once, from 1. */
  concurrency: number
  /** What they got done together in a unit of time, above 0. */
  throughput: number
  /**
   * What it counts for, above 0, such as the number of runs that it is of.
   *
   * @default 1
   */
  weight?: number | undefined
}

/** How throughput grows with the number at work: X(n) = λ n / (1 + σ (n − 1) + κ n (n − 1)). */
export interface ScalingLaw {
  /** λ: the throughput of one, in the unit of the points. */
  lambda: number
  /** σ: the share of the work that only one can do at a time, from 0 to 1. */
  contention: number
  /** κ: what each pair costs by having to agree, from 0. */
  crosstalk: number
  /** n* = √((1 − σ) / κ), at least 1: with more at work, less gets done. Absent where it never does, κ being 0. */
  peakConcurrency?: number
  /** X(n*). Absent where `peakConcurrency` is. */
  peakThroughput?: number
}

/**
 * The Universal Scalability Law that fits `points` best: least squares of the logarithm of the throughput, so that a
 * relative error counts the same at every concurrency, with σ from 0 to 1 and κ from 0. Absent below three different
 * concurrencies, and where throughput falls so steeply that it tells nothing of that of one.
 *
 * A peak beyond the largest concurrency measured is extrapolated, and the noise of the points weighs heavily on it.
 *
 * N. J. Gunther, "Guerrilla Capacity Planning" (2007), chapters 4 to 6. As n / X(n) is linear in (1 − σ) / λ, σ / λ and
 * κ / λ, which all are 0 or more, each Gauss-Newton step is a linear fit under that constraint, whose solution is exact.
 *
 * @throws {RangeError} when a concurrency is below 1, or a throughput or weight is not above 0 and finite
 */
export function scalingLaw(points: readonly ThroughputPoint[]): ScalingLaw | undefined {
  for (const point of points) requirePoint(point)
  if (new Set(points.map(({ concurrency }) => concurrency)).size < 3) return undefined
  const [ideal, contended, crossed] = fittedTerms(points)
  const whole = ideal + contended
  if (whole === 0) return undefined
  const law = { lambda: 1 / whole, contention: contended / whole, crosstalk: crossed / whole }
  if (law.crosstalk === 0) return law
  const peakConcurrency = Math.max(1, Math.sqrt((1 - law.contention) / law.crosstalk))
  return { ...law, peakConcurrency, peakThroughput: throughputUnder(law, peakConcurrency) }
}

/** X(n) of `law`: the throughput with `concurrency` at work. */
export function throughputUnder(
  { lambda, contention, crosstalk }: Pick<ScalingLaw, 'lambda' | 'contention' | 'crosstalk'>,
  concurrency: number,
): number {
  return (lambda * concurrency) / (1 + (contention + crosstalk * concurrency) * (concurrency - 1))
}

/**
 * What is left of each one's throughput when n are at work, as a ratio of what one gets done alone: E(n) = X(n) / (n X(1)).
 * 1 when they do not hinder each other. Absent when one alone gets nothing done.
 *
 * @param throughputAt X(n), from 0
 * @param throughputAtOne X(1), from 0
 * @param concurrency n, from 1
 * @throws {RangeError} when one of them is outside its range
 */
export function efficiencyOf(throughputAt: number, throughputAtOne: number, concurrency: number): number | undefined {
  for (const throughput of [throughputAt, throughputAtOne])
    if (!(throughput >= 0 && throughput < Number.POSITIVE_INFINITY))
      throw new RangeError(`expected a throughput from 0, got ${throughput}`)
  requireConcurrency(concurrency)
  return throughputAtOne === 0 ? undefined : throughputAt / (concurrency * throughputAtOne)
}

const mostSteps = 100
// Of the error, below which a step is no progress.
const tolerance = 1e-12

type Terms = readonly [ideal: number, contended: number, crossed: number]

// Of n / X(n) = a + b n + c n (n − 1): a = (1 − σ) / λ, b = σ / λ and c = κ / λ, by Gauss-Newton steps that are halved until they help.
function fittedTerms(points: readonly ThroughputPoint[]): Terms {
  let terms: Terms = [meanTime(points), 0, 0]
  let error = errorOf(points, terms)
  let around = points.map(timeOf)
  for (let taken = 0; taken < mostSteps; taken++) {
    const target = nearestTerms(points, around)
    let next = target
    let nextError = errorOf(points, next)
    for (let share = 0.5; !(nextError < error) && share > tolerance; share /= 2) {
      next = mixed(terms, target, share)
      nextError = errorOf(points, next)
    }
    if (!(nextError < error)) break
    const isDone = error - nextError < tolerance * error
    terms = next
    error = nextError
    if (isDone) break
    around = points.map((point) => timeUnder(point, terms))
  }
  return terms
}

// ln t ≈ ln t₀ + (t − t₀) / t₀ with `around` for t₀, which is linear in the terms.
function nearestTerms(points: readonly ThroughputPoint[], around: readonly number[]): Terms {
  const scale = (point: ThroughputPoint) => Math.sqrt(point.weight ?? 1)
  const column = (load: (concurrency: number) => number) =>
    points.map((point, index) => (scale(point) * load(point.concurrency)) / Number(around[index]))
  const [ideal = 0, contended = 0, crossed = 0] = nonNegativeLeastSquares(
    [column(() => 1), column((n) => n), column((n) => n * (n - 1))],
    points.map((point, index) => scale(point) * (1 + Math.log(timeOf(point) / Number(around[index])))),
  )
  return [ideal, contended, crossed]
}

function errorOf(points: readonly ThroughputPoint[], terms: Terms): number {
  return points.reduce((total, point) => {
    return total + (point.weight ?? 1) * Math.log(timeOf(point) / timeUnder(point, terms)) ** 2
  }, 0)
}

/** What one unit of work takes one of those at work: n / X(n). */
function timeOf({ concurrency, throughput }: ThroughputPoint): number {
  return concurrency / throughput
}

function timeUnder({ concurrency: n }: ThroughputPoint, [ideal, contended, crossed]: Terms): number {
  return ideal + contended * n + crossed * n * (n - 1)
}

function meanTime(points: readonly ThroughputPoint[]): number {
  return points.reduce((total, point) => total + timeOf(point), 0) / points.length
}

function mixed(from: Terms, to: Terms, share: number): Terms {
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), from[2] + share * (to[2] - from[2])]
}

function requirePoint({ concurrency, throughput, weight = 1 }: ThroughputPoint): void {
  requireConcurrency(concurrency)
  if (!(throughput > 0 && throughput < Number.POSITIVE_INFINITY))
    throw new RangeError(`expected a throughput above 0, got ${throughput}`)
  if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
    throw new RangeError(`expected a weight above 0, got ${weight}`)
}

function requireConcurrency(concurrency: number): void {
  if (!(concurrency >= 1 && concurrency < Number.POSITIVE_INFINITY))
    throw new RangeError(`expected a concurrency from 1, got ${concurrency}`)
}
