import type { Calibration } from '../../domain/calibration.ts'
import { mean } from '../../stats/moments.ts'
import { studentQuantile } from '../../stats/student.ts'

/** How much longer a fixed piece of work took than in earlier sessions, as a logarithm of the factor. */
export interface MachineShift {
  shift: number
  /** The shift lies above this with a probability of 95%. */
  low: number
  /** And below this. */
  high: number
  /** The part of `shift` that others took: what iterations were longer on average than in the middle, against earlier sessions. */
  taken: number
  /** Earlier sessions that it is held against. */
  sessions: number
}

// A calibration is a moment of its machine: before anybody has seen it, moments are taken to differ by this much, believed as much
// as three sessions that show it.
const expectedDeviation = 0.1
const expectedWeight = 2
const certainty = 0.95

/**
 * How far the machine of `now` lies from that of `past`, by the means of their calibrations, with what sessions differ by anyway;
 * absent when either side has none of the same work.
 */
export function machineShift(now: readonly Calibration[], past: readonly Calibration[]): MachineShift | undefined {
  const workload = now[0]?.workload
  const own = now.filter((one) => one.workload === workload)
  const then = past.filter((one) => one.workload === workload)
  if (own.length === 0 || then.length === 0) return undefined
  const locations = then.map(locationOf)
  const centre = mean(locations)
  const shift = mean(own.map(locationOf)) - centre
  const weight = expectedWeight + then.length - 1
  const squares = locations.reduce((sum, location) => sum + (location - centre) ** 2, 0)
  const variance = (expectedWeight * expectedDeviation ** 2 + squares) / weight
  const reach = studentQuantile(certainty, weight) * Math.sqrt(variance * (1 / own.length + 1 / then.length))
  const taken = mean(own.map(takenOf)) - mean(then.map(takenOf))
  return { shift, low: shift - reach, high: shift + reach, taken, sessions: then.length }
}

function locationOf({ meanUs }: Calibration): number {
  return Math.log(meanUs)
}

function takenOf({ meanUs, medianUs }: Calibration): number {
  return Math.log(meanUs / medianUs)
}
