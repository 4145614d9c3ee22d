/** Where an execution ended whose number of runs was not fixed, and why there. */
export interface Stop {
  /** Runs made, without those that confirm what looked worse. */
  runs: number
  /** Runs that it could have made. */
  mostRuns: number
  /**
   * - `worse`: a metric got clearly worse than its baseline
   * - `notWorse`: none got worse by what was to be found, and every named threshold is clearly kept
   * - `kept`: every named threshold is clearly kept, and there was nothing to compare with
   * - `broken`: a threshold is clearly broken
   * - `open`: nothing was clear before the last run
   */
  answer: 'worse' | 'notWorse' | 'kept' | 'broken' | 'open'
  /** Why, in a clause that may follow "for". */
  reason: string
}
