/** A column of a study's table. */
export interface StudyColumn {
  heading: string
  align: 'left' | 'right'
  /** What is kept first where there is no room for all: 0 always. */
  priority: number
}

/** What a study found, for a report to draw. */
export interface StudyReport {
  /** What was asked, after the name of the study: `over concurrency, in turns`. */
  question: string
  columns: StudyColumn[]
  rows: string[][]
  /** What it means, a sentence each. */
  sentences: string[]
}
