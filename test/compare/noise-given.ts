import type { Noise } from '../../src/compare/evidence/noise.ts'

/** The noise of `runs` runs that vary by `sigma`, against ten executions of 20, known so well that Student's tails are normal ones. */
export function noiseGiven({ sigma = 0.2, drift = 0, runs = 50, degrees = 1e6 } = {}): Noise {
  return {
    values: { variance: sigma ** 2, degrees },
    designEffect: 1,
    candidateWeight: 1 / runs,
    baselineWeight: 1 / 200,
    drift: { variance: drift ** 2, degrees },
    executions: 10,
  }
}
