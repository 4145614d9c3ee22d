import type { Rates } from '../evidence/rule.ts'

/** The runs of an execution, counted in values of the metric that is judged, and how sure both steps have to be. */
export interface PlannedRuns extends Partial<Rates> {
  /** Of the first step, at most. */
  planned: number
  /** Those that are added when the first step finds something; 0 when none are. */
  fresh: number
  /** Where the first step may end before its last run; absent when it makes every run. */
  looks?: Looks | undefined
}

/** Where the first step may end before its last run. */
export interface Looks {
  /** The candidate's runs at each look before the last, rising. */
  runs: readonly number[]
  /** Chance at which noise alone makes one of them find that it got worse. */
  worseRate: number
  /** What the user asks to be found, as a share of the baseline; absent when it is what can be found. */
  askedRatio?: number | undefined
}

/** The two steps in which a worsening is found, on the scale on which it is compared. */
export interface Steps extends PlannedRuns {
  /** What the first step passes over, as a shift. */
  screenShift: number
  /** What is never a regression, as a shift. */
  smallestShift: number
  /** Whether ranks have to agree in the end. @default false */
  isRanked?: boolean | undefined
  /** What the user asks to be found, as a shift; absent when it is what can be found. */
  askedShift?: number | undefined
}
