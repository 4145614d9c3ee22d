import type { Calibration } from '../../domain/calibration.ts'
import { formatRatio, plural } from '../../domain/format.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { median } from '../../stats/moments.ts'
import { sorted } from '../../stats/sorted.ts'
import { type MachineShift, machineShift } from './machine-shift.ts'

/** Whose it is that all times of a session lie off. */
export interface Blame {
  on: 'machine' | 'provider' | 'unclear'
  /** Why, in whole sentences. */
  words: string
  /** How much longer a fixed piece of work took than in earlier sessions, as a share; absent when that is not known. */
  machineRatio?: number | undefined
}

// Who explains less than half of it is not whom to look at first.
const mostly = 0.5

/**
 * Tells a slow machine from a slow provider, by the calibrations of this session and of earlier ones on the same kind of machine, and
 * by the share of the runs' time that is computed on it.
 *
 * @param ratio the factor that the session's times share, less one: above 0 when slower
 * @param records of the session
 * @param past calibrations of earlier sessions, one for each
 * @see METHODOLOGY.md#a-slow-machine-or-a-slow-provider
 */
export function blame(ratio: number, records: readonly ExecutionRecord[], past: readonly Calibration[]): Blame {
  const now = calibrationsOf(records)
  const machine = machineShift(now, past)
  if (machine === undefined) {
    const lacking = now.length === 0 ? 'this session' : 'earlier sessions'
    return { on: 'unclear', words: `Whether it is the machine is not known: ${lacking} did not calibrate it.` }
  }
  const share = computedShare(records)
  const on = culprit(Math.log1p(ratio), machine, share)
  return { on, words: wordsOf(on, machine, share), machineRatio: Math.expm1(machine.shift) }
}

/** The calibrations of the sessions that `records` are from, one for each. */
export function calibrationsOf(records: readonly ExecutionRecord[]): Calibration[] {
  const known = records.flatMap(({ environment }) => environment.calibration ?? [])
  return [...new Map(known.map((one) => [JSON.stringify(one), one])).values()]
}

/** The share of the runs' time that is computed on the machine, as far as it is known. */
interface Share {
  least: number
  most: number
}

function culprit(shift: number, machine: MachineShift, { least, most }: Share): Blame['on'] {
  if (shift === 0) return 'unclear'
  const explained = (ofMachine: number, share: number) => explainedShift(ofMachine, share) / shift
  if (Math.max(explained(machine.low, most), explained(machine.high, most)) < mostly) return 'provider'
  return isBeyondNoise(machine) && explained(machine.shift, least) >= mostly ? 'machine' : 'unclear'
}

/** What a machine that is off by `shift` makes of times of which `share` is computed on it now. */
function explainedShift(shift: number, share: number): number {
  return -Math.log(1 - share + share * Math.exp(-shift))
}

function computedShare(records: readonly ExecutionRecord[]): Share {
  const shares = records.flatMap((record) => shareOf(record) ?? [])
  if (shares.length === 0) return { least: 0, most: 1 }
  const middle = (bound: keyof Share) => median(sorted(shares.map((one) => one[bound])))
  return { least: middle('least'), most: middle('most') }
}

// What is no model call may still be a wait for something else; what is CPU time of this process is none.
function shareOf({ summary: { metrics } }: ExecutionRecord): Share | undefined {
  const workingMs = metrics.workingMs?.mean
  if (workingMs === undefined || workingMs === 0) return undefined
  const beside = metrics.modelMs === undefined ? 1 : Math.max(0, 1 - metrics.modelMs.mean / workingMs)
  const computed = metrics.cpuMs === undefined ? beside : Math.min(1, metrics.cpuMs.mean / workingMs)
  return { least: computed, most: Math.max(beside, computed) }
}

function wordsOf(on: Blame['on'], machine: MachineShift, share: Share): string {
  const { least, most } = share
  if (on === 'machine') return `It is the machine: ${work(machine)}. ${reason(machine)}`
  if (on === 'provider') {
    const but = isBeyondNoise(machine) ? 'but' : 'and'
    const small = most < mostly ? `, ${but} at most ${formatRatio(most)} of the time of runs is computed on it` : ''
    return `It is not the machine: ${work(machine)}${small}. Look at the provider, the network, and code that all share.`
  }
  const part = isBeyondNoise(machine)
    ? `, and ${least === most ? '' : `${formatRatio(least)} to `}${formatRatio(most)} of the time of runs is computed on it`
    : ''
  return `Whether it is the machine is unclear: ${work(machine)}${part}.`
}

function work(machine: MachineShift): string {
  const { shift, sessions } = machine
  const size = formatRatio(Math.abs(Math.expm1(shift)))
  const earlier = `in ${plural(sessions, 'earlier session')}`
  const told = `a fixed piece of work took ${size} ${shift < 0 ? 'less time' : 'longer'} than ${earlier}`
  return isBeyondNoise(machine) ? told : `${told}, within what sessions differ by`
}

function reason({ shift, taken }: MachineShift): string {
  const faster = shift < 0
  if (taken / shift > mostly) return `${faster ? 'Less' : 'More'} of its time went to something else.`
  return `Its processor computes ${faster ? 'faster' : 'slower'}.`
}

function isBeyondNoise({ low, high }: MachineShift): boolean {
  return low > 0 || high < 0
}
