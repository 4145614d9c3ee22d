import {
  type Binding,
  type BreakingPointFound,
  type BreakingPointNotReached,
  type Cap,
  caps,
  type Probe,
} from '../../../domain/study/breaking-point.ts'
import { normalQuantile } from '../../../stats/normal.ts'
import type { Rate, Saturation } from './saturate.ts'
import type { Refusal } from './unloaded.ts'

/** The answer, without what was spent on it. */
export type Sustained =
  | Omit<BreakingPointFound, 'runs' | 'probes'>
  | Omit<BreakingPointNotReached, 'runs' | 'probes'>
  | Refusal

/** An open load that is sustained. */
export interface Sustaining extends Rate {
  probe: Probe
}

/** A load that is not. */
export interface Failing extends Rate {
  bound: Binding
  /** Absent when it was no open load. */
  probe?: Probe | undefined
}

/** What is known so far. */
export interface Bracket {
  saturation: Saturation
  /** As far as is known by now. */
  capacity: Rate
  /** The highest one that is sustained. */
  low?: Sustaining | undefined
  /** The lowest one that is not. */
  high?: Failing | undefined
  /** Open loads that were not, one after the other. */
  misses: number
}

// Nearer than that, noise tells more than another probe.
const near = 1.12
const cliff = 3
const fewSlots = 3

/** The answer, when what is sustained and what is not lie close together. */
export function answerOf({ saturation, capacity, low, high }: Bracket): Sustained | undefined {
  if (low === undefined) return undefined
  const slots = slotsOf({ saturation, capacity })
  if (high !== undefined) return high.perSecond <= near * low.perSecond ? found(low, high, slots) : undefined
  const { end } = saturation
  return isCapEnd(end)
    ? { answer: 'notReached', atLeastPerSecond: low.perSecond, cap: end }
    : found(low, { ...capacity, bound: end }, slots)
}

/** What can be said when there is no room for another probe. */
export function whenCapped(bracket: Bracket, cap: Cap): Sustained {
  const { saturation, low, high } = bracket
  if (low !== undefined && high !== undefined) return found(low, high, slotsOf(bracket))
  // What was done with so many at a time need not be borne at random instants: only an open load tells what is sustained.
  return high === undefined && low !== undefined && isCapEnd(saturation.end)
    ? { answer: 'notReached', atLeastPerSecond: low.perSecond, cap }
    : { reason: 'cap', cap }
}

/** Whether nothing broke before a cap was reached. */
export function isCapEnd(end: Saturation['end']): end is Cap {
  return caps.some((cap) => cap === end)
}

/** How many runs it works on at a time. */
export function slotsOf({ saturation, capacity }: Pick<Bracket, 'saturation' | 'capacity'>): number {
  return capacity.perSecond / saturation.unloaded.perSecond
}

function found(low: Sustaining, high: Failing, slots: number): Sustained {
  return {
    answer: 'found',
    sustainedPerSecond: low.perSecond,
    failingPerSecond: high.perSecond,
    bound: high.bound,
    shape: shapeOf(low, high),
    interval: {
      low: low.perSecond * (1 - noiseOf(low, slots)),
      high: high.perSecond * (1 + noiseOf(high, slots)),
    },
  }
}

// Of n arrivals at random √n come more or fewer, and what is served in a time varies likewise. With few slots a slow run keeps many
// others waiting, so that fewer of them tell something new.
function noiseOf({ runs }: Rate, slots: number): number {
  return normalQuantile(0.975) * Math.sqrt((2 / runs) * (1 + fewSlots / slots))
}

function shapeOf(low: Sustaining, { bound, probe }: Failing): 'smooth' | 'cliff' {
  if (bound === 'failures') return 'cliff'
  if (typeof bound === 'string') return 'smooth'
  const before = low.probe.objectives[bound.objective]?.value
  const after = probe?.objectives[bound.objective]?.value
  return before !== undefined && after !== undefined && after > cliff * before ? 'cliff' : 'smooth'
}
