import { join } from 'node:path'
import {
  type Comparability,
  differences,
  type MetricValues,
  type PastExecution,
  type TrailPoint,
} from '../domain/baseline.ts'
import { BaselineLineSchema, BaselineMetricSchema, byMetric, ComparabilitySchema } from '../domain/baseline-schema.ts'
import { CalibrationSchema } from '../domain/calibration.ts'
import { trailPoint } from '../domain/trail.ts'
import { z } from '../domain/zod.ts'
import { executionsKept } from './executions-kept.ts'
import { type FileKind, readJson } from './read-json.ts'
import { writeWhole } from './write-whole.ts'

const Values: z.ZodMiniType<MetricValues> = byMetric(z.array(z.array(z.number())))

const Past = z.strictObject({
  ...ComparabilitySchema.shape,
  execution: z.string(),
  startedAt: z.string(),
  session: z.optional(z.string()),
  calibration: z.optional(CalibrationSchema),
  committed: z.optional(byMetric(z.number())),
  startsLevel: z.array(BaselineMetricSchema),
  values: Values,
  explaining: z.optional(Values),
}) satisfies z.ZodMiniType<PastExecution>

const Point = z.strictObject({
  ...ComparabilitySchema.shape,
  execution: z.string(),
  startedAt: z.string(),
  session: z.optional(z.string()),
  startsLevel: z.array(BaselineMetricSchema),
  lines: byMetric(BaselineLineSchema),
}) satisfies z.ZodMiniType<TrailPoint>

/**
 * The accepted executions of one test file on one kind of machine, by scenario, newest first; and what sessions
 * differ by as a whole, learnt from all files that were measured together.
 */
export const HistoryFile = z.strictObject({
  schemaVersion: z.literal(1),
  environmentKey: z.string(),
  drift: z.optional(
    z.strictObject({ deviation: z.number().check(z.minimum(0)), sessions: z.int().check(z.minimum(2)) }),
  ),
  scenarios: z.record(z.string(), z.array(Past)),
  /** Where executions lay, further back than their values are kept; absent in files from before there was a trail. */
  trails: z.optional(z.record(z.string(), z.array(Point))),
})
export type HistoryFile = z.infer<typeof HistoryFile>

const kind: FileKind<typeof HistoryFile> = {
  name: 'history file',
  schema: HistoryFile,
  schemaVersion: 1,
  remedy: 'Delete it to start a new history for this machine.',
}

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
  const drift = file.drift === undefined ? '' : `,\n  "drift": ${JSON.stringify(file.drift)}`
  const head = `  "schemaVersion": 1,\n  "environmentKey": ${JSON.stringify(file.environmentKey)}${drift}`
  const trails = file.trails === undefined ? '' : `,\n  "trails": ${listsText(file.trails)}`
  await writeWhole(path, `{\n${head},\n  "scenarios": ${listsText(file.scenarios)}${trails}\n}\n`)
}

/** `lists` with their keys in order and one line for each item, indented as a field of the file. */
function listsText(lists: Record<string, readonly unknown[]>): string {
  const blocks = Object.entries(lists)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, items]) => {
      const lines = items.map((item) => `      ${JSON.stringify(item)}`)
      return `    ${JSON.stringify(key)}: [\n${lines.join(',\n')}\n    ]`
    })
  return `{\n${blocks.join(',\n')}\n  }`
}

/** Notes `execution`, which was accepted, as the newest of the scenario `key`. */
export function remember(file: HistoryFile, key: string, execution: PastExecution): void {
  const past = file.scenarios[key] ?? []
  // A history from before there were trails begins one with what it has.
  const trail = file.trails?.[key] ?? past.map(trailPoint)
  file.trails = { ...file.trails, [key]: withPoint(trail, trailPoint(execution)) }
  file.scenarios[key] = withExecution(past, execution)
}

/** Points of a trail that are kept of each scenario. */
export const pointsKept = 60

/** `trail` with `point` before it, newest first: the last sixty that may be compared with it, and the last ten that may not. */
export function withPoint(trail: readonly TrailPoint[], point: TrailPoint): TrailPoint[] {
  return [point, ...lastOf(trail, point, { comparable: pointsKept - 1, other: executionsKept })]
}

/** `past` with `execution` before it, newest first: the last ten that may be compared with it, and the last ten that may not. */
export function withExecution(past: readonly PastExecution[], execution: PastExecution): PastExecution[] {
  const { values, explaining } = execution
  const thinned = { ...execution, values: thin(values), ...(explaining && { explaining: thin(explaining) }) }
  return [thinned, ...lastOf(past, execution, { comparable: executionsKept - 1, other: executionsKept })]
}

/** The newest of `past` besides `newest`, as many as there is room for. */
function lastOf<Item extends Comparability & { execution: string }>(
  past: readonly Item[],
  newest: Item,
  room: { comparable: number; other: number },
): Item[] {
  const left = { ...room }
  // Merging the blobs of shards on the machine that ran them tells of executions that are known already.
  const others = past.filter(({ execution }) => execution !== newest.execution)
  return others.filter((one) => left[differences(one, newest).length === 0 ? 'comparable' : 'other']-- > 0)
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
