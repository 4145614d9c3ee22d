import type { TestCase, TestModule } from 'vitest/node'
import { fromColumns, toColumns } from '../../domain/columns.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { ExecutionRecord as RecordSchema } from '../../domain/record.ts'
import { forgetCalls, type Samples } from '../../domain/sample.ts'
import { isAsked } from '../../domain/study/study.ts'
import { StudySchema } from '../../domain/study/study-schema.ts'
import { scenarioKey } from '../../history/baseline-file.ts'
import { relativePath } from '../../history/load.ts'
import type { ReportedStudy } from '../../report/session.ts'
import type { SamplesArtifact } from '../transport.ts'

/** An execution with what came of its test. */
export interface GatheredExecution {
  record: ExecutionRecord
  samples: Samples
  failed: boolean
  passed: boolean
  place: string | undefined
  /** Absolute path of its test file. */
  testFile: string
  /** What its baseline goes by. */
  key: string
  /** Whether an inconclusive verdict fails its test. @default false */
  failsInconclusive?: boolean | undefined
  /** Whether several sessions made it together. @default false */
  merged?: boolean | undefined
}

/** A test that declares a scenario, whether it ran or not. */
export interface DeclaredScenario {
  test: TestCase
  place: string | undefined
}

/** A test file of the session, as far as baselines care. */
export interface GatheredFile {
  testFile: string
  project: string
  /** Keys of all tests and scenarios that the file declares, skipped ones included. */
  keys: Set<string>
  /** False when the file could not be collected, so that nobody knows what it declares. */
  complete: boolean
}

/** What a session measured. */
export interface Gathered {
  executions: GatheredExecution[]
  studies: ReportedStudy[]
  declared: DeclaredScenario[]
  files: GatheredFile[]
}

// More samples than this are in the summary only: a results file of many megabytes helps nobody.
const samplesKept = 10_000

/** Everything that the tests of `modules` measured. */
export function gather(modules: readonly TestModule[], root: string): Gathered {
  const gathered: Gathered = { executions: [], studies: [], declared: [], files: [] }
  for (const module of modules) {
    const keys = new Set<string>()
    for (const test of module.children.allTests()) {
      const measured = test.meta().benchAgent
      const identity = { project: test.project.name, suite: suitePath(test), id: measured?.id ?? test.name }
      for (const mode of ['live', 'replay'] as const) keys.add(scenarioKey(identity, mode))
      if (measured === undefined) continue
      const place = placeOf(test, root)
      if (measured.id !== undefined) gathered.declared.push({ test, place })
      const failed = test.result().state === 'failed'
      for (const kept of measured.studies ?? []) {
        const record = StudySchema.parse(kept)
        gathered.studies.push({ record, failed: failed && isAsked(record.result), place })
      }
      for (const record of measured.records) gathered.executions.push(gatherExecution(test, record, place))
    }
    gathered.files.push({
      testFile: module.moduleId,
      project: module.project.name,
      keys,
      complete: module.errors().length === 0 && module.state() !== 'pending',
    })
  }
  return gathered
}

const parsed = new WeakMap<object, ExecutionRecord>()

/** Reads the records of a test that has ended, so that the end of the session need not wait for it. */
export function readRecords(test: TestCase): void {
  for (const raw of test.meta().benchAgent?.records ?? []) readRecord(raw)
}

function readRecord(raw: ExecutionRecord): ExecutionRecord {
  const record = parsed.get(raw) ?? RecordSchema.parse(raw)
  parsed.set(raw, record)
  return record
}

function gatherExecution(test: TestCase, raw: ExecutionRecord, place: string | undefined): GatheredExecution {
  const record = readRecord(raw)
  const blocks = samplesOf(test, record)
  const samples = fromColumns(blocks.map((block) => block.columns))
  samples.replayed = record.mode === 'replay'
  // The worker sent them before it could know.
  if (record.verdict.warnings.some(({ code }) => code === 'unattributed')) forgetCalls(samples)
  const state = test.result().state
  // Of a study that failed, not all executions did.
  const isPartOfStudy = test.meta().benchAgent?.byVerdict === true
  return {
    record: {
      ...record,
      samples: keptColumns(samples, record.summary.runs),
    },
    samples,
    failed: isPartOfStudy ? record.verdict.status === 'fail' : state === 'failed',
    passed: state === 'passed',
    place,
    testFile: test.module.moduleId,
    key: scenarioKey(record.identity, record.mode),
    failsInconclusive: test.meta().benchAgent?.failsInconclusive,
  }
}

/** The columns of `samples` for a results file; absent when they are not all of the `runs`, or too many. */
export function keptColumns(samples: Samples, runs: number): ExecutionRecord['samples'] {
  return samples.length === runs && samples.length <= samplesKept ? toColumns(samples) : undefined
}

function samplesOf(test: TestCase, record: ExecutionRecord): SamplesArtifact[] {
  const artifacts = test.artifacts().filter((one): one is SamplesArtifact => one.type === 'bench-agent:samples')
  return artifacts.filter((one) => one.execution === record.execution)
}

function suitePath(test: TestCase): string[] {
  const names: string[] = []
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) names.unshift(parent.name)
  return names
}

function placeOf(test: TestCase, root: string): string | undefined {
  const file = relativePath(root, test.module.moduleId)
  return test.location === undefined ? file : `${file}:${test.location.line}:${test.location.column}`
}
