/**
 * Names that a score usually has. Any other name will do; these are the ones that the field compares.
 *
 * - `correctness`: how right the answer is
 * - `completeness`: how much of what was asked is answered
 * - `relevance`: how much of the answer belongs to the question
 */
export type ScoreName = 'correctness' | 'completeness' | 'relevance' | (string & {})

/** Gives a run the score `name`, 0..1, higher is better. It never makes a run wrong; thresholds on `scores` judge it. */
export type Score = (name: ScoreName, value: number) => void
