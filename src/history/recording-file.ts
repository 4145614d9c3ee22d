import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BenchAgentError, messageOf } from '../domain/errors.ts'
import { expectation } from '../domain/expectation.ts'
import type { Identity } from '../domain/identity.ts'
import type { RecordedCall, RecordedRequest, RecordedRun, Recordings } from '../domain/recording.ts'
import { z } from '../domain/zod.ts'
import { writeWhole } from './write-whole.ts'

const schemaVersion = 1

const count = z.int().check(z.minimum(0))
const instant = z.number().check(z.minimum(0))
const date = z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)), 'a date'))

// A line each: the file, then each request once, then the calls, so that a diff shows what a change of a prompt changed.
const HeadLine = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  scenario: z.string(),
  recordedAt: date,
})
const RequestLine = z.strictObject({ request: z.string(), method: z.string(), path: z.string(), body: z.unknown() })
const Bytes = z.union([z.string(), z.strictObject({ base64: z.string() })])
const CallLine = z.strictObject({
  case: z.string(),
  run: count,
  asks: z.string(),
  recordedAt: z.optional(date),
  beside: z.optional(z.literal(true)),
  status: z.optional(z.int().check(z.minimum(200), z.maximum(599))),
  headers: z.optional(z.record(z.string(), z.string())),
  headersAtMs: z.optional(instant),
  endedAtMs: z.optional(instant),
  broken: z.optional(z.literal(true)),
  chunks: z.optional(z.array(z.tuple([instant, Bytes]))),
})
type CallLine = z.infer<typeof CallLine>

/** Who the scenario of a file of recordings is. Whatever its project: one records what another one replays. */
export type RecordedScenario = Pick<Identity, 'suite' | 'id'>

/** Whose recordings. */
export interface RecordingPlace {
  /** Absolute path. */
  testFile: string
  scenario: RecordedScenario
}

/** Where the recordings of a scenario of `testFile` are: beside it, in `__bench__/recordings`. */
export function recordingPath(testFile: string, scenario: RecordedScenario): string {
  const name = scenarioName(scenario)
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
  // Two names that look alike on a disk are two files all the same.
  const file = plain === name ? plain : `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
  return join(dirname(testFile), '__bench__', 'recordings', basename(testFile), `${file}.jsonl`)
}

/** What the recordings of a scenario go by. */
export function scenarioName({ suite, id }: RecordedScenario): string {
  return [...suite, id].map((part) => part.replace(/['"]/g, '')).join(' > ')
}

/**
 * What was recorded of a scenario; absent when nothing was.
 *
 * @throws BenchAgentError when the file is corrupt, of a newer version, or may not be read
 */
export function readRecordings(testFile: string, scenario: RecordedScenario): Recordings | undefined {
  const path = recordingPath(testFile, scenario)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(path, messageOf(error), error)
  }
  return parseRecordings(path, text)
}

/** Writes what was recorded of a scenario, whole or not at all. @throws BenchAgentError */
export async function writeRecordings(
  testFile: string,
  scenario: RecordedScenario,
  recordings: Recordings,
): Promise<void> {
  await writeWhole(recordingPath(testFile, scenario), recordingsText(scenarioName(scenario), recordings), true)
}

/** `fresh`, with the cases of `before` that it has none of: who records some cases keeps the others. */
export function withCasesOf(before: Recordings | undefined, fresh: Recordings): Recordings {
  if (before === undefined) return fresh
  const { recordedAt } = before
  // They stay as old as they are.
  const older = [...before.cases].map(
    ([name, runs]) =>
      [name, runs.map((run) => run.map((call) => ({ ...call, recordedAt: call.recordedAt ?? recordedAt })))] as const,
  )
  return { ...fresh, cases: new Map([...older, ...fresh.cases]) }
}

/** The file as text. */
export function recordingsText(scenario: string, { recordedAt, cases }: Recordings): string {
  const requests = new Map<string, RecordedRequest>()
  const calls: CallLine[] = []
  for (const [name, runs] of cases)
    for (const [run, asked] of runs.entries())
      for (const call of asked) {
        if (!requests.has(call.request.key)) requests.set(call.request.key, call.request)
        calls.push(callLine(call, name, run))
      }
  const lines: unknown[] = [
    { schemaVersion, scenario, recordedAt },
    ...[...requests.values()].map(({ key, ...request }) => ({ request: key, ...request })),
    ...calls,
  ]
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
}

function callLine({ request, response, beside, recordedAt }: RecordedCall, name: string, run: number): CallLine {
  const asked = { case: name, run, asks: request.key, recordedAt, ...(beside === true ? { beside } : {}) }
  if (response === undefined) return asked
  const { chunks, broken, headers, ...rest } = response
  return {
    ...asked,
    ...rest,
    headers: { ...headers },
    ...(broken === true ? { broken } : {}),
    chunks: chunks.map(({ atMs, bytes }) => [atMs, written(bytes)]),
  }
}

function written(bytes: Uint8Array): z.infer<typeof Bytes> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString()
  return Buffer.from(text).equals(buffer) ? text : { base64: buffer.toString('base64') }
}

/** What the text of the file at `path` holds. @throws BenchAgentError */
export function parseRecordings(path: string, text: string): Recordings {
  const lines = text.split('\n').filter((line) => line !== '')
  const values = lines.map((line, at) => parsedLine(path, line, at))
  const version: unknown = fieldOf(values[0], 'schemaVersion')
  if (typeof version === 'number' && version > schemaVersion)
    throw unreadable(path, `version ${version}, which a newer bench-agent wrote (this one knows ${schemaVersion})`)
  const { recordedAt } = checked(path, HeadLine, values[0], 0)
  const requests = new Map<string, RecordedRequest>()
  const cases = new Map<string, RecordedCall[][]>()
  for (const [at, value] of values.entries()) {
    if (at === 0) continue
    if (fieldOf(value, 'request') !== undefined) {
      const { request: key, ...request } = checked(path, RequestLine, value, at)
      requests.set(key, { key, ...request })
      continue
    }
    const line = checked(path, CallLine, value, at)
    const request = requests.get(line.asks)
    if (request === undefined)
      throw unreadable(path, `line ${at + 1}, which asks ${line.asks}, that is in no line before`)
    const runs = cases.get(line.case) ?? []
    cases.set(line.case, runs)
    while (runs.length <= line.run) runs.push([])
    runs[line.run]?.push(callOf(line, request))
  }
  return { recordedAt, cases: cases as ReadonlyMap<string, readonly RecordedRun[]> }
}

function callOf(line: CallLine, request: RecordedRequest): RecordedCall {
  const { status, headers = {}, headersAtMs = 0, endedAtMs = 0, broken, chunks = [], beside, recordedAt } = line
  const response =
    status === undefined
      ? undefined
      : {
          status,
          headers,
          headersAtMs,
          chunks: chunks.map(([atMs, bytes]) => ({
            atMs,
            bytes: typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.base64, 'base64'),
          })),
          endedAtMs,
          broken,
        }
  return { request, response, beside, recordedAt }
}

function parsedLine(path: string, line: string, at: number): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw unreadable(path, `line ${at + 1}: ${messageOf(error)}`, error)
  }
}

function checked<Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  value: unknown,
  at: number,
): z.infer<Schema> {
  const found = schema.safeParse(value)
  if (found.success) return found.data
  const issues = found.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the line'}: expected ${expectation(issue)}`)
  throw unreadable(path, `line ${at + 1}: ${issues.join('; ')}`)
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function unreadable(path: string, got: string, cause?: unknown): BenchAgentError {
  const message = `Expected recordings at ${path}, got ${got}. It was left untouched. Restore it from version control, or delete it and record again.`
  return new BenchAgentError('BENCH_AGENT_FILE', message, { cause })
}
