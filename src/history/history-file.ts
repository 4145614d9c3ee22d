import { join } from 'node:path'
import { differences, type MetricValues, type PastExecution } from '../domain/baseline.ts'
import { ComparabilitySchema } from '../domain/baseline-schema.ts'
import type { BaselineMetric } from '../domain/finding.ts'
import { z } from '../domain/zod.ts'
import { type FileKind, readJson } from './read-json.ts'
import { writeWhole } from './write-whole.ts'

const Past = z.strictObject({
  ...ComparabilitySchema.shape,
  execution: z.string(),
  startedAt: z.string(),
  committed: z.optional(
    z.record(z.string(), z.number()) as unknown as z.ZodMiniType<NonNullable<PastExecution['committed']>>,
  ),
  startsLevel: z.array(z.string()) as unknown as z.ZodMiniType<BaselineMetric[]>,
  values: z.record(z.string(), z.array(z.array(z.number()))) as unknown as z.ZodMiniType<MetricValues>,
}) satisfies z.ZodMiniType<PastExecution>

/** The accepted executions of one test file on one kind of machine, by scenario, newest first. */
export const HistoryFile = z.strictObject({
  schemaVersion: z.literal(1),
  environmentKey: z.string(),
  scenarios: z.record(z.string(), z.array(Past)),
})
export type HistoryFile = z.infer<typeof HistoryFile>

const kind: FileKind<typeof HistoryFile> = {
  name: 'history file',
  schema: HistoryFile,
  schemaVersion: 1,
  remedy: 'Delete it to start a new history for this machine.',
}

/** Accepted executions that are kept of each scenario. */
export const executionsKept = 10
// Enough for every test that the comparison makes; a hundred thousand values would only make the file slow.
const valuesKept = 1000

/**
 * Where the history of a test file is.
 *
 * @param testFile relative to `root`
 */
export function historyPath(root: string, environmentKey: string, testFile: string): string {
  const slug = environmentKey.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-|-$/g, '')
  // A file outside of the root stays below the folder of its machine.
  const inside = testFile.split('/').map((part) => (part === '..' ? '__' : part))
  return join(root, '.bench-agent', 'history', slug, `${inside.join('/')}.json`)
}

/** The history of a test file on this kind of machine; absent when it has none. @throws BenchAgentError */
export function readHistoryFile(path: string): Promise<HistoryFile | undefined> {
  return readJson(path, kind)
}

/** Writes a history, whole or not at all. @throws BenchAgentError */
export async function writeHistoryFile(path: string, file: HistoryFile): Promise<void> {
  const scenarios = Object.entries(file.scenarios).sort(([a], [b]) => (a < b ? -1 : 1))
  const blocks = scenarios.map(([key, executions]) => {
    const lines = executions.map((execution) => `      ${JSON.stringify(execution)}`)
    return `    ${JSON.stringify(key)}: [\n${lines.join(',\n')}\n    ]`
  })
  const head = `  "schemaVersion": 1,\n  "environmentKey": ${JSON.stringify(file.environmentKey)}`
  await writeWhole(path, `{\n${head},\n  "scenarios": {\n${blocks.join(',\n')}\n  }\n}\n`)
}

/** `past` with `execution` before it, newest first: the last ten that may be compared with it, and the last ten that may not. */
export function withExecution(past: readonly PastExecution[], execution: PastExecution): PastExecution[] {
  const thinned = { ...execution, values: thin(execution.values) }
  // Merging the blobs of shards on the machine that ran them tells of executions that are known already.
  const others = past.filter((one) => one.execution !== execution.execution)
  const room = { comparable: executionsKept - 1, other: executionsKept }
  const kept = others.filter((one) => room[differences(one, execution).length === 0 ? 'comparable' : 'other']-- > 0)
  return [thinned, ...kept]
}

function thin(values: MetricValues): MetricValues {
  const entries = Object.entries(values).map(([metric, cases]) => {
    const each = Math.max(1, Math.floor(valuesKept / Math.max(1, cases?.length ?? 1)))
    return [metric, cases?.map((one) => evenly(one, each))]
  })
  return Object.fromEntries(entries) as MetricValues
}

function evenly(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values]
  return Array.from({ length: count }, (_, position) => values[Math.floor((position * values.length) / count)] ?? 0)
}
