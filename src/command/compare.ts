import { compareSuite } from '../compare/suite/suite.ts'
import { mistakesError } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import { lookStep, renderComparison } from '../report/comparison.ts'
import { jsonText } from '../report/json.ts'
import { type ComparedResults, readCompared } from './read-results.ts'
import type { ExitCode, Surroundings } from './surroundings.ts'
import { unknownOptions } from './unknown-options.ts'

/** What `bench-agent compare` was asked for. */
export interface CompareOptions {
  json: boolean
}

/** Holds the last of `paths` against those before it, and tells what got worse. @throws BenchAgentError */
export async function compare(
  paths: readonly string[],
  { json }: CompareOptions,
  around: Surroundings,
): Promise<ExitCode> {
  requirePaths(paths)
  const compared = await readCompared(paths)
  const { baseline, candidate } = compared
  const comparison = compareSuite(
    baseline.map(({ results }) => results),
    candidate.results,
  )
  if (json) around.print(jsonText({ schemaVersion: 1, command: 'compare', ...filesOf(compared), ...comparison }))
  else {
    const subject = `${plural(baseline.length, 'session')} of the baseline, candidate ${candidate.path}`
    const accept = { label: 'meant', text: `Let ${candidate.path} be the baseline of what comes next.` }
    const steps = comparison.status === 'fail' ? [lookStep, accept] : []
    const labels = ['baseline', 'candidate'] as const
    around.print(renderComparison({ comparison, subject, labels, broken: [], notes: [], steps }, around))
  }
  return comparison.status === 'fail' ? 1 : 0
}

function requirePaths(given: readonly string[]): void {
  const mistakes = unknownOptions(given, ['--json'])
  const [only, ...others] = given.filter((one) => !one.startsWith('-'))
  if (others.length === 0)
    mistakes.push({
      path: 'BASELINE... CANDIDATE',
      expected: 'two files of results or more',
      got: only === undefined ? 'none' : `only ${only}`,
      remedy:
        'Name the baseline first and the candidate last: `bench-agent compare main.json .bench-agent/results.json`.',
    })
  if (mistakes.length > 0)
    throw mistakesError('BENCH_AGENT_OPTIONS', 'the arguments of `bench-agent compare`', mistakes)
}

function filesOf({ baseline, candidate }: ComparedResults): { baseline: string[]; candidate: string } {
  return { baseline: baseline.map(({ path }) => path), candidate: candidate.path }
}
