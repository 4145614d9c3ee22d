import { basename, dirname, join } from 'node:path'
import { comparedMetrics, type Mode } from '../domain/baseline.ts'
import { BaselineLineSchema, byMetric, ComparabilitySchema } from '../domain/baseline-schema.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { z } from '../domain/zod.ts'
import { type FileKind, readJson } from './read-json.ts'
import { writeWhole } from './write-whole.ts'

/** The committed baselines of one test file, by scenario. */
export const BaselineFile = z.strictObject({
  schemaVersion: z.literal(1),
  scenarios: z.record(
    z.string(),
    z.strictObject({
      ...ComparabilitySchema.shape,
      metrics: byMetric(BaselineLineSchema),
    }),
  ),
})
export type BaselineFile = z.infer<typeof BaselineFile>

const kind: FileKind<typeof BaselineFile> = {
  name: 'baseline file',
  schema: BaselineFile,
  schemaVersion: 1,
  remedy: 'Restore it from version control, or delete it to start a new baseline.',
}

/** Where the baselines of `testFile` are: beside it, in `__bench__`. */
export function baselinePath(testFile: string): string {
  return join(dirname(testFile), '__bench__', `${basename(testFile)}.json`)
}

/**
 * What a scenario goes by in the file of its test file. Quotes are left out: test runners do not agree on whether a title
 * that was made from a row has them. What is replayed has a baseline of its own.
 */
export function scenarioKey(
  { project, suite, id }: Pick<ExecutionRecord['identity'], 'project' | 'suite' | 'id'>,
  mode: Mode = 'live',
): string {
  const name = [project, ...suite, id].map((part) => part.replace(/['"]/g, '')).join(' > ')
  return mode === 'replay' ? `${name} (replayed)` : name
}

/** The baselines of a test file; absent when it has none. @throws BenchAgentError when the file cannot be read */
export function readBaselineFile(testFile: string): Promise<BaselineFile | undefined> {
  return readJson(baselinePath(testFile), kind)
}

/** Writes the baselines of a test file, whole or not at all. @throws BenchAgentError */
export async function writeBaselineFile(testFile: string, file: BaselineFile): Promise<void> {
  await writeWhole(baselinePath(testFile), baselineText(file), true)
}

/** The file as text: keys in order, one line for each scenario and metric, so that a diff reads as a list of changes. */
export function baselineText(file: BaselineFile): string {
  const scenarios = Object.entries(file.scenarios).sort(([a], [b]) => (a < b ? -1 : 1))
  const blocks = scenarios.map(([key, { metrics, ...comparability }]) => {
    const head = Object.entries(comparability).map(
      ([name, value]) => `      ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    )
    const lines = Object.entries(metrics)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([name, line]) => `        ${JSON.stringify(name)}: ${spaced(JSON.stringify(line))}`)
    const body = [...head, `      "metrics": {\n${lines.join(',\n')}\n      }`]
    return `    ${JSON.stringify(key)}: {\n${body.join(',\n')}\n    }`
  })
  return `{\n  "schemaVersion": 1,\n  "scenarios": {\n${blocks.join(',\n')}\n  }\n}\n`
}

// Success first, then metrics as their table has them, then scores by name.
const order: readonly string[] = ['successRatio', ...comparedMetrics]

function rank(metric: string): number {
  const position = order.indexOf(metric)
  return position < 0 ? order.length : position
}

function spaced(json: string): string {
  return json.replace(/^\{/, '{ ').replace(/\}$/, ' }').replace(/":/g, '": ').replace(/,"/g, ', "')
}
