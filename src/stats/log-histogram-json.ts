import { bucketOf, isInBuckets, type LogHistogram, logHistogram, possibleBuckets, widen } from './log-histogram.ts'

/** A {@link LogHistogram} as JSON, for files and between machines: about 3 bytes for each bucket that has values. */
export interface LogHistogramJson {
  /** How many values are 0. */
  zeros: number
  /** The smallest value; absent when there are none. */
  min?: number
  /** The largest value; absent when there are none. */
  max?: number
  whole: boolean
  /** The sum of the values, and what its roundings lost. */
  sum: [number, number]
  /** The sum of their squares, and what its roundings lost. */
  squares: [number, number]
  /** From bucket 0 on: how many values are in the next bucket; −n for n buckets without. Ends with a bucket that has some. */
  buckets: number[]
}

/** `histogram` as JSON. */
export function logHistogramJson(histogram: LogHistogram): LogHistogramJson {
  const { zeros, min, max, whole, sum, sumRest, squares, squaresRest } = histogram
  return {
    zeros,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    whole,
    sum: [sum, sumRest],
    squares: [squares, squaresRest],
    buckets: runLengths(histogram),
  }
}

/**
 * The histogram that {@link logHistogramJson} wrote.
 *
 * @param json what was read, of whatever form
 * @throws {TypeError} when it is no such object, or a part of it has the wrong type
 * @throws {RangeError} when a number in it is outside its range, or contradicts the others
 */
export function readLogHistogram(json: unknown): LogHistogram {
  if (typeof json !== 'object' || json === null) throw new TypeError(`expected a histogram, got ${got(json)}`)
  const parts: Partial<Record<keyof LogHistogramJson, unknown>> = json
  const histogram = logHistogram()
  if (typeof parts.whole !== 'boolean') throw new TypeError(`expected whole to be a boolean, got ${got(parts.whole)}`)
  histogram.whole = parts.whole
  histogram.zeros = inRange('zeros', numberFrom('zeros', parts.zeros), 0, Number.MAX_SAFE_INTEGER)
  if (!Number.isInteger(histogram.zeros)) throw new RangeError(`expected whole zeros, got ${histogram.zeros}`)
  const filled = readBuckets(histogram, listFrom('buckets', parts.buckets))
  if (histogram.count === 0 && (parts.min ?? parts.max) !== undefined)
    throw new RangeError(`expected no min and max without values, got ${got(parts.min)} and ${got(parts.max)}`)
  if (histogram.count > 0) readExtremes(histogram, parts, filled)
  readSums(histogram, parts)
  return histogram
}

function runLengths({ first, counts }: LogHistogram): number[] {
  const steps: number[] = []
  let without = first
  for (const count of counts) {
    if (count === 0) {
      without += 1
    } else {
      if (without > 0) steps.push(-without)
      steps.push(count)
      without = 0
    }
  }
  return steps
}

interface Filled {
  lowest: number
  highest: number
}

// Returns which buckets have values.
function readBuckets(histogram: LogHistogram, steps: readonly number[]): Filled | undefined {
  let filled: Filled | undefined
  let bucket = 0
  for (const step of steps) {
    if (!Number.isSafeInteger(step) || step === 0)
      throw new RangeError(`expected buckets to be whole numbers but 0, got ${step}`)
    if (step < 0) {
      bucket -= step
      continue
    }
    if (bucket >= possibleBuckets)
      throw new RangeError(`expected at most ${possibleBuckets} buckets, got ${bucket + 1}`)
    widen(histogram, bucket, bucket)
    histogram.counts[bucket - histogram.first] = step
    histogram.count += step
    filled = { lowest: filled?.lowest ?? bucket, highest: bucket }
    bucket += 1
  }
  histogram.count = inRange('count', histogram.count + histogram.zeros, 0, Number.MAX_SAFE_INTEGER)
  return filled
}

function readExtremes(
  histogram: LogHistogram,
  parts: { min?: unknown; max?: unknown },
  filled: Filled | undefined,
): void {
  const min = numberFrom('min', parts.min)
  const max = numberFrom('max', parts.max)
  requireIn('min', min, histogram.zeros > 0 ? undefined : filled?.lowest)
  requireIn('max', max, filled?.highest)
  if (min > max) throw new RangeError(`expected max from ${min}, got ${max}`)
  if (histogram.whole && !(Number.isInteger(min) && Number.isInteger(max)))
    throw new RangeError(`expected whole min and max, got ${min} and ${max}`)
  histogram.min = min
  histogram.max = max
}

// Without a bucket, it is 0.
function requireIn(name: string, value: number, bucket: number | undefined): void {
  const isThere = bucket === undefined ? value === 0 : isInBuckets(value) && bucketOf(value) === bucket
  if (!isThere)
    throw new RangeError(`expected ${name} in ${bucket === undefined ? 'zeros' : `bucket ${bucket}`}, got ${value}`)
}

// Every x is from min to max, so that the sum of x² is from min to max times that of x.
function readSums(histogram: LogHistogram, parts: { sum?: unknown; squares?: unknown }): void {
  const { count, min = 0, max = 0 } = histogram
  const [sum = Number.NaN, sumRest = Number.NaN, ...more] = listFrom('sum', parts.sum)
  const [squares = Number.NaN, squaresRest = Number.NaN, ...moreSquares] = listFrom('squares', parts.squares)
  if (more.length + moreSquares.length > 0) throw new RangeError('expected two numbers of sum and squares, got more')
  const total = inRange('sum', sum + sumRest, count * min, count * max, roundings)
  inRange('squares', squares + squaresRest, min * total, max * total, roundings)
  Object.assign(histogram, { sum, sumRest, squares, squaresRest })
}

// Of sums, as a share of them.
const roundings = 1e-9

function inRange(name: string, value: number, low: number, high: number, slackRatio = 0): number {
  const slack = slackRatio * high
  if (value >= low - slack && value <= high + slack) return value
  throw new RangeError(`expected ${name} from ${low} to ${high}, got ${value}`)
}

function numberFrom(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`expected ${name} to be a number, got ${got(value)}`)
  return value
}

function listFrom(name: string, value: unknown): number[] {
  if (!Array.isArray(value)) throw new TypeError(`expected ${name} to be an array, got ${got(value)}`)
  return value.map((one: unknown) => numberFrom(name, one))
}

function got(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
}
