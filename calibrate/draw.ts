import { random } from '../src/stats/random.ts'

/** Draws what runs and executions differ by; the same seed draws the same. */
export interface Draw {
  /** Uniform from 0 to below 1. */
  uniform: () => number
  /** Standard normal. */
  normal: () => number
}

/** A generator of random numbers. Normal ones by G. E. P. Box & M. E. Muller, Annals of Mathematical Statistics 29 (1958). */
export function drawing(seed: number): Draw {
  const uniform = random(seed >>> 0)
  let spare: number | undefined
  const normal = () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  return { uniform, normal }
}

/** A whole number from 0 to `count` − 1. */
export function drawIndex({ uniform }: Draw, count: number): number {
  return Math.floor(uniform() * count)
}

/** The numbers from 0 to `count` − 1 in an order by chance. */
export function drawOrder({ uniform }: Draw, count: number): number[] {
  const keys = Array.from({ length: count }, (_, index) => ({ index, key: uniform() }))
  return keys.sort((one, other) => one.key - other.key).map(({ index }) => index)
}

const autocorrelation = 0.2
const spikeRate = 0.03

/**
 * Logarithms of the times of `count` runs that follow one another: a first-order autoregression of .2 with standard deviation `sigma`,
 * and one run in 33 that takes 2 to 5 times as long.
 */
export function drawTimes({ normal, uniform }: Draw, count: number, sigma: number): number[] {
  const innovation = Math.sqrt(1 - autocorrelation ** 2)
  let state = normal()
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) state = autocorrelation * state + innovation * normal()
    const spike = uniform() < spikeRate ? Math.log(2 + 3 * uniform()) : 0
    return sigma * state + spike
  })
}

/** 1 for each of `count` runs that is ok, and 0 for each that fails. */
export function drawSuccess({ uniform }: Draw, count: number, failureRatio: number): number[] {
  return Array.from({ length: count }, () => (uniform() < failureRatio ? 0 : 1))
}
