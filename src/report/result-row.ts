import type { Check } from '../domain/check.ts'
import type { Distribution } from '../domain/distribution.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Outcome } from '../domain/sample.ts'
import type { GroupSummary, Summary } from '../domain/summary.ts'
import { describeChange, mainFinding } from './change.ts'
import { positionOf } from './place.ts'
import type { DeadScenario, ReportedExecution, Session } from './session.ts'
import { latencySeries } from './sparkline.ts'
import { nameOf, type Standing, shownExecutions, standingOf } from './standing.ts'
import { oneLine } from './text.ts'

/** One row of results: a scenario, or a category or turn of it. */
export interface ResultRow {
  kind: 'scenario' | 'category' | 'turn'
  name: string
  /** Absent for what is not judged on its own. */
  standing?: Standing | undefined
  /** As in {@link ReportedExecution}. */
  place?: string | undefined
  /** Runs that can be judged: those that the infrastructure did not break. For a turn, how often it was measured. */
  runs: number
  /** Runs planned; absent when as many can be judged, or when it is not known. */
  planned?: number | undefined
  /** Absent for a turn, and when no run could tell. */
  successRatio?: number | undefined
  latencyMs?: Distribution | undefined
  ttftMs?: Distribution | undefined
  totalTokens?: Distribution | undefined
  steps?: Distribution | undefined
  costUsd?: Distribution | undefined
  heapGrowthBytes?: number | undefined
  scores: Record<string, Distribution>
  /** What became of its baseline: `tokens +40.0%`; absent when it was not held against one. */
  change?: string | undefined
  /** Latencies in the order of the runs; absent when the samples are not at hand. */
  series?: number[] | undefined
}

/** The rows of one file. */
export interface ResultGroup {
  /** The file, with its project when there are several; empty outside files. */
  heading: string
  rows: ResultRow[]
}

/** The results of `session` by file, in the order in which the files ran; scenarios that died come last. */
export function resultGroups(session: Session): ResultGroup[] {
  const projects = new Set(session.executions.map(({ record }) => record.identity.project))
  const groups = new Map<string, ResultRow[]>()
  const add = (heading: string, rows: ResultRow[]) => {
    const before = groups.get(heading)
    if (before === undefined) groups.set(heading, rows)
    else before.push(...rows)
  }
  for (const execution of shownExecutions(session)) {
    const { project, file } = execution.record.identity
    add(projects.size > 1 && project !== '' ? `${project} · ${file}` : file, rowsOf(execution))
  }
  for (const dead of session.dead) {
    const file = positionOf(dead.place)?.file ?? ''
    const heading = [...groups.keys()].find((one) => one === file || one.endsWith(` · ${file}`)) ?? file
    if (dead.partial !== undefined) add(heading, [deadRow(dead, dead.partial)])
  }
  return [...groups].map(([heading, rows]) => ({ heading, rows }))
}

/** The row of a scenario, then those of its categories and turns. */
export function rowsOf(execution: ReportedExecution): ResultRow[] {
  const { record, place } = execution
  const { summary, verdict, plan, samples } = record
  const change = mainFinding(verdict.findings)
  const planned = record.stop?.runs ?? plan.totalRuns ?? 0
  const whole: ResultRow = {
    ...summaryRow(summary),
    name: nameOf(record),
    place,
    standing: standingOf(execution),
    planned: judgedRuns(summary.outcomes) < planned ? planned : undefined,
    change: change === undefined ? undefined : describeChange(change),
    series: samples === undefined ? undefined : latencySeries(samples),
  }
  return [whole, ...summary.categories.map((one) => categoryRow(one, verdict.checks)), ...turnRows(summary)]
}

/** The checks that judge one category. */
export function checksOfCategory(category: string, checks: readonly Check[]): Check[] {
  return checks.filter((check) => check.category === category)
}

function deadRow(dead: DeadScenario, summary: Summary): ResultRow {
  return { ...summaryRow(summary), name: oneLine(dead.name), place: dead.place, standing: 'failed' }
}

function summaryRow({ outcomes, metrics, scenario, scores }: Summary): Omit<ResultRow, 'name'> {
  return {
    kind: 'scenario',
    runs: judgedRuns(outcomes),
    successRatio: scenario.successRatio,
    ...distributionsOf(metrics),
    heapGrowthBytes: scenario.heapGrowthBytes,
    scores,
  }
}

function categoryRow(category: GroupSummary, checks: readonly Check[]): ResultRow {
  const own = checksOfCategory(category.name, checks)
  return {
    kind: 'category',
    name: oneLine(category.name),
    standing: own.length === 0 ? undefined : own.some(({ status }) => status === 'fail') ? 'failed' : 'passed',
    runs: judgedRuns(category.outcomes),
    successRatio: category.successRatio,
    ...distributionsOf(category.metrics),
    scores: category.scores,
  }
}

function turnRows({ turns }: Summary): ResultRow[] {
  return turns.map(({ name, latencyMs, ttftMs }) => ({
    kind: 'turn',
    name: oneLine(name),
    runs: latencyMs.n,
    latencyMs,
    ttftMs,
    scores: {},
  }))
}

function distributionsOf({ latencyMs, ttftMs, totalTokens, steps, costUsd }: ExecutionRecord['summary']['metrics']) {
  return { latencyMs, ttftMs, totalTokens, steps, costUsd }
}

function judgedRuns({ ok, wrong, error, timeout, limit }: Record<Outcome, number>): number {
  return ok + wrong + error + timeout + limit
}
