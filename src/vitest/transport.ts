import type { TestArtifactBase, TestContext } from 'vitest'
import { toColumns } from '../domain/columns.ts'
import type { ExecutionRecord, SampleColumns } from '../domain/record.ts'
import type { Samples } from '../domain/sample.ts'
import type { StudyRecord } from '../domain/study/study.ts'
import { requireVitest } from './runner.ts'

/** What a test keeps of its measurements; it leaves the worker with the test's result. */
export interface TestMeasurements {
  /** What the baseline of its scenario goes by; absent in a test that only calls `measureAgent`. */
  id?: string | undefined
  /** One for each execution, oldest first; a retried test has several. */
  records: ExecutionRecord[]
  /** Whether each record fails by its own verdict only: tests of a study hold several. @default false */
  byVerdict?: boolean | undefined
  /** Questions that took more than one execution; absent when none was asked. */
  studies?: StudyRecord[] | undefined
  /** Whether it fails when its verdict is inconclusive; only of a part of a load, which is judged elsewhere. @default false */
  failsInconclusive?: boolean | undefined
}

/** A scenario is about to run. */
export interface PlanArtifact extends TestArtifactBase {
  type: 'bench-agent:plan'
  name: string
  /** Of the process that runs it. */
  pid: number
  /** Names of the cases. */
  cases: string[]
  /** Positions of the cases in the order of a round. */
  order: number[]
  /** Absent when time ends the load. */
  runs?: number | undefined
  /** Whether it makes fewer runs once its answer is clear. */
  mayStop: boolean
  warmup: number
  /** Absent when that depends on how long they take. */
  totalRuns?: number | undefined
  /** Runs in flight at most; absent when nothing limits them. */
  concurrency?: number | undefined
  /** How runs reach the agent, where it is no number of them at a time, in words. */
  load?: string | undefined
  /** For how long runs start; absent when their number ends the load. */
  startsForMs?: number | undefined
  /** What one run cost in the baseline, in US dollars; absent when unknown. */
  usdPerRun?: number | undefined
  /** How long one run took in the baseline, in milliseconds; absent when unknown. */
  msPerRun?: number | undefined
  capUsd?: number | undefined
}

/** Samples that leave the worker while it runs, so that a crash costs only what came after. */
export interface SamplesArtifact extends TestArtifactBase {
  type: 'bench-agent:samples'
  name: string
  /** Id of the record that they belong to. */
  execution: string
  /** Position of the first of them. */
  from: number
  columns: SampleColumns
}

/** Something to print while a test runs. */
export interface NoticeArtifact extends TestArtifactBase {
  type: 'bench-agent:notice'
  text: string
}

declare module 'vitest' {
  interface TaskMeta {
    benchAgent?: TestMeasurements
  }
  interface TestArtifactRegistry {
    'bench-agent:plan': PlanArtifact
    'bench-agent:samples': SamplesArtifact
    'bench-agent:notice': NoticeArtifact
  }
}

type Task = TestContext['task']

/** Tells the main process what is about to run. */
export async function sendPlan(task: Task, plan: Omit<PlanArtifact, 'type' | 'pid'>): Promise<void> {
  await requireVitest('benchAgent').recordArtifact(task, { type: 'bench-agent:plan', pid: process.pid, ...plan })
}

/** Has the main process print `text`. */
export async function sendNotice(task: Task, text: string): Promise<void> {
  await requireVitest('benchAgent').recordArtifact(task, { type: 'bench-agent:notice', text })
}

/** Sends samples to the main process in blocks while runs go on. */
export interface SampleSender {
  /** Sends what is new when its time has come. */
  offer: (samples: Samples) => Promise<void> | undefined
  /** Sends what is left. */
  flush: (samples: Samples) => Promise<void>
}

// A block is copied, sent and answered while no run of this lane is on: often enough to lose little, seldom enough to cost little.
// The first ones come sooner, for a process that dies young.
const firstBlockMs = 50
const blockEveryMs = 1000

/** Sends the samples of the scenario `name` in `task`. */
export function sampleSender(task: Task, name: string, execution: string, nowMs: () => number): SampleSender {
  let sent = 0
  let lastMs = nowMs()
  let waitMs = firstBlockMs
  const send = async (samples: Samples) => {
    const from = sent
    sent = samples.length
    lastMs = nowMs()
    waitMs = Math.min(blockEveryMs, waitMs * 2)
    if (sent === from && from > 0) return
    await requireVitest('benchAgent').recordArtifact(task, {
      type: 'bench-agent:samples',
      name,
      execution,
      from,
      columns: toColumns(samples, from, sent),
    })
  }
  return {
    offer: (samples) => (nowMs() - lastMs < waitMs ? undefined : send(samples)),
    flush: send,
  }
}

/** Keeps `record` with the test. */
export function keepRecord(task: Task, record: ExecutionRecord): void {
  task.meta.benchAgent ??= { records: [] }
  task.meta.benchAgent.records.push(record)
}

/** Puts the records of `executions` in their order, whichever of them ended first. */
export function orderRecords(task: Task, executions: readonly string[]): void {
  const placeOf = ({ execution }: ExecutionRecord) => executions.indexOf(execution)
  task.meta.benchAgent?.records.sort((one, other) => placeOf(one) - placeOf(other))
}

/** Keeps `study` with the test. */
export function keepStudy(task: Task, study: StudyRecord): void {
  task.meta.benchAgent ??= { records: [] }
  task.meta.benchAgent.studies ??= []
  task.meta.benchAgent.studies.push(study)
}
