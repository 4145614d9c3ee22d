import type { Check } from '../../domain/check.ts'
import { formatBytes, formatCount } from '../../domain/format.ts'
import type { Soak, SoakCycle } from '../../domain/study/soak.ts'
import { theilSenSlope } from '../../stats/theil-sen.ts'

/** Growth in bytes a run above which it is a leak, unless the user says otherwise. */
export const usualBoundBytes = 128
// Of a half: with fewer there is no interval.
const fewestCycles = 5
// What OpenAI's client and V8 still kept after 50 to 500 runs was up to 370 KiB; after 1,000 it was within the usual bound.
const settledRuns = 1_000
const unsettledBytes = 1024 ** 2

/**
 * What `cycles` of so many runs each tell. Memory after collection is nearly the same every time, so that any growth at all is
 * significant: a leak is what surely grows by more than `boundBytes` a run, in the second half of the cycles, when caches are full and
 * code is compiled. Where that half begins before 1,000 runs, it also has to grow by more than a mebibyte.
 */
export function soakOf(cycles: readonly SoakCycle[], runsPerCycle: number, boundBytes: number): Soak {
  const used = cycles.map(({ usedBytes }) => usedBytes)
  const middle = Math.floor(cycles.length / 2)
  const slope = (from: number, to: number) => {
    const part = used.slice(from, to)
    return cycles.length < 2 * fewestCycles
      ? undefined
      : theilSenSlope(
          part.map((_, cycle) => cycle * runsPerCycle),
          part,
        )
  }
  const [firstHalf, secondHalf] = [slope(0, middle), slope(middle, cycles.length)]
  const [initialBytes = 0, finalBytes = 0] = [used[0], used.at(-1)]
  return {
    runsPerCycle,
    cycles: [...cycles],
    initialBytes,
    peakBytes: Math.max(0, ...used),
    finalBytes,
    growthBytes: finalBytes - initialBytes,
    freedBytes: cycles.reduce((sum, { heldBytes, usedBytes }) => sum + Math.max(0, heldBytes - usedBytes), 0),
    firstHalf,
    secondHalf,
    verdict:
      secondHalf === undefined
        ? 'unclear'
        : secondHalf.low > boundBytes
          ? isSettled(cycles.length, runsPerCycle, secondHalf.low)
            ? 'leak'
            : 'unclear'
          : secondHalf.high <= boundBytes
            ? 'steady'
            : 'unclear',
    boundBytes,
  }
}

/** Whether growth by `slope` bytes a run is more than what is still filling explains. */
function isSettled(cycles: number, runsPerCycle: number, slope: number): boolean {
  const before = Math.floor(cycles / 2)
  return before * runsPerCycle >= settledRuns || slope * (cycles - before) * runsPerCycle > unsettledBytes
}

/** What `soak` has to say against the agent. */
export function leakChecks({ verdict, secondHalf, boundBytes, cycles }: Soak): Check[] {
  const common = { code: 'leak', subject: 'memory of a run', unit: 'bytes', bound: boundBytes } as const
  if (secondHalf === undefined)
    return [
      {
        ...common,
        status: 'inconclusive',
        message: `${cycles.length} cycles are too few to tell a leak.`,
        remedy: `Plan at least ${2 * fewestCycles} cycles; 30 tell 256 bytes a run.`,
      },
    ]
  const { slope, low, high } = secondHalf
  const grows = `Memory ${slope < 0 ? 'shrinks' : 'grows'} by ${formatBytes(Math.abs(slope))} a run (95%: ${formatBytes(low)} to ${formatBytes(high)}) in the second half of ${cycles.length} cycles`
  if (verdict === 'leak')
    return [
      {
        ...common,
        status: 'fail',
        value: slope,
        message: `${grows}, beyond ${formatBytes(boundBytes)}: it leaks, or a cache has not filled yet.`,
        remedy:
          'Look for collections that only grow: listeners, caches without a bound, histories. If a cache still fills, plan more cycles.',
      },
    ]
  if (verdict === 'steady')
    return [{ ...common, status: 'pass', value: slope, message: `${grows}, within ${formatBytes(boundBytes)}.` }]
  if (low > boundBytes)
    return [
      {
        ...common,
        status: 'inconclusive',
        value: slope,
        message: `${grows}, beyond ${formatBytes(boundBytes)}; after so few runs that may be what clients and compilers still fill.`,
        remedy: `Plan at least ${formatCount(2 * settledRuns)} runs over all cycles.`,
      },
    ]
  return [
    {
      ...common,
      status: 'inconclusive',
      value: slope,
      message: `${grows}: too unsure to tell whether that is beyond ${formatBytes(boundBytes)}.`,
      remedy: 'Plan more cycles, or more runs in each.',
    },
  ]
}
