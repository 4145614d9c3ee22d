import type { Calibration } from '../domain/calibration.ts'
import type { Environment } from '../domain/environment.ts'
import type { BaselineMetric } from '../domain/finding.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { StudyRecord } from '../domain/study/study.ts'

/** A scenario's execution, with what became of its test. */
export interface ReportedExecution {
  record: ExecutionRecord
  /** Whether the test that ran it failed, for whatever reason. */
  failed: boolean
  /** Whether several sessions made it together, so that no test of this one judged it. @default false */
  merged?: boolean | undefined
  /** Where the scenario stands, relative to the project: `test/refund.perf.ts:12:1`; absent when the runner did not say. */
  place?: string | undefined
}

/** A study, with what became of its test. */
export interface ReportedStudy {
  record: StudyRecord
  /** Whether the test that made it failed, for whatever reason. */
  failed: boolean
  /** As in {@link ReportedExecution}. */
  place?: string | undefined
}

/** A scenario whose process died before its end. */
export interface DeadScenario {
  name: string
  /** As in {@link ReportedExecution}. */
  place?: string | undefined
  /** How it died, in one sentence. */
  reason: string
  remedy: string
  /** Measured runs that had left the process before. */
  runsKept: number
  /** What those runs come to; absent when there were none. */
  partial?: ExecutionRecord['summary'] | undefined
}

/** A new level that `-u` accepted: a worsening, or an improvement that later executions are held against. */
export interface AcceptedLevel {
  scenario: string
  /** As in {@link ReportedExecution}. */
  place?: string | undefined
  metric: BaselineMetric
  /** Locations before and after, in the metric's unit. */
  before: number
  after: number
}

/** What became of the baselines in a session. */
export interface BaselineOutcome {
  /** Committed files that were written, relative to the project. */
  written: string[]
  /** Scenarios that got their first baseline. */
  added: string[]
  accepted: AcceptedLevel[]
  /** Entries of scenarios that are no more. */
  obsolete: string[]
  /** Whether obsolete entries were removed. */
  removed: boolean
  /** Files that could not be read or written, each with what to do. */
  problems: string[]
}

/** One invocation of the runner, as reports see it. */
export interface Session {
  /** ISO 8601. */
  startedAt: string
  durationMs: number
  environment: Environment
  /** In the order in which they were made. */
  executions: ReportedExecution[]
  /** Questions that took more than one execution; absent when none was asked. */
  studies?: ReportedStudy[] | undefined
  dead: DeadScenario[]
  /** Scenarios that did not run because their process died. */
  notRun: string[]
  baselines: BaselineOutcome
  /** What machines of this kind could do in earlier sessions, one for each, newest first; absent when nobody knows. */
  pastCalibrations?: Calibration[] | undefined
  /** Report files written, relative to the project. */
  files: string[]
  /** Whether the runner was interrupted, or stopped by `--bail`. */
  interrupted: boolean
  /** The session's cap on spending, in US dollars; absent without one. */
  capUsd?: number | undefined
}
