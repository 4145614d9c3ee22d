import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BenchAgentError, messageOf } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import { Results } from '../domain/record.ts'
import { type FileKind, readJson } from '../history/read-json.ts'

/** What `.bench-agent/results.json` is. */
export const resultsKind: FileKind<typeof Results> = {
  name: 'results file',
  schema: Results,
  schemaVersion: 1,
  remedy: 'Name one that a session has written: `.bench-agent/results.json`.',
}

/** A file of results with where it lies. */
export interface ResultsFile {
  path: string
  results: Results
}

/** What a comparison is made of. */
export interface ComparedResults {
  /** Oldest first. */
  baseline: ResultsFile[]
  candidate: ResultsFile
}

/**
 * The results at `paths`, the last of which is the candidate: each a file, or a folder of them.
 *
 * @throws BenchAgentError that tells everything that keeps them from being compared
 */
export async function readCompared(paths: readonly string[]): Promise<ComparedResults> {
  const mistakes: string[] = []
  const files: ResultsFile[][] = []
  for (const path of paths) files.push(await readAll(path, mistakes))
  const candidate = files.pop() ?? []
  const baseline = files.flat().sort((a, b) => (a.results.startedAt < b.results.startedAt ? -1 : 1))
  const whole = mergeParts(candidate, mistakes)
  if (whole !== undefined) mistakes.push(...sameExecutions(baseline, whole))
  if (mistakes.length > 0 || whole === undefined) throw unusable(mistakes)
  return { baseline, candidate: whole }
}

function unusable(mistakes: readonly string[]): BenchAgentError {
  const count = mistakes.length === 1 ? 'One mistake' : `${mistakes.length} mistakes`
  const lines = mistakes.map((mistake) => `  ${mistake}`)
  return new BenchAgentError(
    'BENCH_AGENT_FILE',
    `${count} in what is to be compared (BENCH_AGENT_FILE):\n${lines.join('\n')}`,
  )
}

async function readAll(path: string, mistakes: string[]): Promise<ResultsFile[]> {
  const read: ResultsFile[] = []
  for (const file of filesAt(path, mistakes)) {
    try {
      const results = await readJson(file, resultsKind)
      const mistake = results === undefined ? missing(file) : uselessness(file, results)
      if (mistake !== undefined) mistakes.push(mistake)
      else if (results !== undefined) read.push({ path: file, results })
    } catch (error) {
      mistakes.push(messageOf(error))
    }
  }
  return read
}

function filesAt(path: string, mistakes: string[]): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path]
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && isOurs(entry))
  const named = files.filter(({ name }) => name === 'results.json')
  const found =
    named.length > 0 ? named : files.filter((entry) => entry.parentPath === path && entry.name.endsWith('.json'))
  if (found.length === 0)
    mistakes.push(`Expected a folder of results files at ${path}, got one without any. ${resultsKind.remedy}`)
  return found.map((entry) => join(entry.parentPath, entry.name)).sort()
}

function isOurs({ parentPath }: Dirent): boolean {
  return !parentPath.split(/[\\/]/).includes('node_modules')
}

function missing(path: string): string {
  return `Expected a results file at ${path}, got nothing there. ${resultsKind.remedy}`
}

function uselessness(path: string, { records }: Results): string | undefined {
  if (records.length === 0)
    return `Expected executions in ${path}, got none: that session measured nothing. Name one that did.`
  if (records.some(({ samples }) => samples !== undefined)) return undefined
  return `Expected samples in ${path}, got ${plural(records.length, 'execution')} without any: they were over 10,000 runs each, or lost with their process. Measure again with fewer runs.`
}

/** One session out of the parts in which its shards left it. */
function mergeParts(parts: readonly ResultsFile[], mistakes: string[]): ResultsFile | undefined {
  const [first, ...others] = parts
  if (first === undefined) return undefined
  const seen = new Map<string, string>()
  for (const { path, results } of parts) {
    for (const { identity, attempt } of results.records) {
      const key = JSON.stringify([identity, attempt])
      const before = seen.get(key)
      if (before !== undefined && before !== path)
        mistakes.push(
          `Expected one execution of "${identity.name}" in the candidate, got one in ${before} and one in ${path}. Name one session last; those before it are the baseline.`,
        )
      seen.set(key, path)
    }
  }
  const records = parts.flatMap(({ results }) => results.records)
  const path = others.length === 0 ? first.path : parts.map((part) => basename(part.path)).join(', ')
  return { path, results: { ...first.results, records } }
}

function sameExecutions(baseline: readonly ResultsFile[], candidate: ResultsFile): string[] {
  const own = new Set(candidate.results.records.map(({ execution }) => execution))
  return baseline.flatMap(({ path, results }) =>
    results.records.some(({ execution }) => own.has(execution))
      ? [
          `Expected ${path} to be another session than the candidate ${candidate.path}, got the same executions. Name two sessions.`,
        ]
      : [],
  )
}
