import type { TheilSenSlope } from '../../stats/theil-sen.ts'

/** Memory at the end of one cycle: heap and external memory of the process, in bytes. */
export interface SoakCycle {
  /** Before garbage was collected. */
  heldBytes: number
  /** After. */
  usedBytes: number
  rssBytes: number
}

/** How memory went over many cycles of runs. */
export interface Soak {
  runsPerCycle: number
  cycles: SoakCycle[]
  /** After the first cycle, at most, and after the last; garbage collected. */
  initialBytes: number
  peakBytes: number
  finalBytes: number
  /** Final less initial. */
  growthBytes: number
  /** What collecting freed, over all cycles. */
  freedBytes: number
  /** Growth in bytes a run with its 95% interval: of the first half of the cycles, and of the second. Absent below ten cycles. */
  firstHalf?: TheilSenSlope | undefined
  secondHalf?: TheilSenSlope | undefined
  /**
   * - `leak`: surely more than the bound in the second half, and more than what still fills after few runs
   * - `steady`: surely not
   * - `unclear`: neither
   */
  verdict: 'leak' | 'steady' | 'unclear'
  /** Bytes a run above which growth is a leak. */
  boundBytes: number
}
