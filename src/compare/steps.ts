/** The runs of an execution, counted in values of the metric that is judged. */
export interface PlannedRuns {
  /** Of the first step, at most. */
  planned: number
  /** Those that are added when the first step finds something; 0 when none are. */
  fresh: number
  /** Where the first step may end before its last run; absent when it makes every run. */
  looks?: Looks | undefined
  /** Chance at which noise alone may be called worse after both. @default that of the rule */
  worseRate?: number | undefined
}

/** Where the first step may end before its last run. */
export interface Looks {
  /** The candidate's runs at each look before the last, rising. */
  runs: readonly number[]
  /** What the user asks to be found, as a share of the baseline; absent when it is what can be found. */
  askedRatio?: number | undefined
}

/** The two steps in which a worsening is found, on the scale on which it is compared. */
export interface Steps extends PlannedRuns {
  /** What the first step passes over, as a shift. */
  screenShift: number
  /** What is never a regression, as a shift. */
  smallestShift: number
  /** What the user asks to be found, as a shift; absent when it is what can be found. */
  askedShift?: number | undefined
}
