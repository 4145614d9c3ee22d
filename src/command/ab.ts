import { isAbsolute, join, relative } from 'node:path'
import { BenchAgentError, mistakesError } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import { lookStep, renderComparison } from '../report/comparison.ts'
import { jsonText } from '../report/json.ts'
import { checkOutCommit } from './checkout.ts'
import { type JudgedPairs, judgePairs, judgeSides } from './judge-pairs.ts'
import { measureInTurns } from './measure-in-turns.ts'
import { type Changes, changesSince, openRepository, removeCheckout, resolveCommit } from './repository.ts'
import { closeRoom, openRoom } from './room.ts'
import { measureAgain } from './second-pass.ts'
import { findSide, type Selection } from './side.ts'
import type { ExitCode, Surroundings } from './surroundings.ts'
import { unknownOptions } from './unknown-options.ts'

/** What `bench-agent ab` was asked for. */
export interface AbOptions {
  base?: string | undefined
  /** Names of test projects. */
  project: readonly string[]
  testNamePattern?: string | undefined
  /** Line for the shell that installs the base. */
  install?: string | undefined
  json: boolean
}

/** Measures the working tree in turns with one of its commits, and tells what got worse. @throws BenchAgentError */
export async function ab(files: readonly string[], options: AbOptions, around: Surroundings): Promise<ExitCode> {
  const reference = requireReference(files, options)
  const repository = await openRepository(around)
  const commit = await resolveCommit(repository, reference)
  const changes = await changesSince(repository, commit)
  const name = commit.startsWith(reference) ? reference : `${reference} (${commit.slice(0, 7)})`
  if (changes.files.length === 0) throw nothingDiffers(name)
  const candidate = findSide('candidate', join(repository.root, repository.folder))
  around.say(`base: ${name}; candidate: ${describeTree(changes)}`)
  const room = openRoom()
  const checkout = join(room, 'tree')
  try {
    const project = await checkOutCommit(repository, commit, checkout, options.install, around)
    const selection: Selection = {
      projects: options.project,
      files: files.map((file) => (isAbsolute(file) ? relative(around.cwd, file) : file)),
      testName: options.testNamePattern,
    }
    const setups = { base: findSide('base', project), candidate }
    const measure = (selected: Selection) => measureInTurns(setups, selected, around)
    const first = await measure(selection)
    const judged = judgePairs(first, judgeSides, await measureAgain(first, selection, measure, around))
    if (options.json) around.print(asJson(judged, { reference, commit }, changes))
    else around.print(asText(judged, `base ${name}, candidate ${describeTree(changes)}`, options, around))
    return judged.comparison.status === 'fail' ? 1 : 0
  } finally {
    await removeCheckout(repository, checkout)
    closeRoom(room)
  }
}

function requireReference(files: readonly string[], { base: reference, project }: AbOptions): string {
  const mistakes = unknownOptions(files, ['--base', '--project', '--testNamePattern', '--install', '--json'])
  if (reference === undefined || reference === '')
    mistakes.push({
      path: '--base',
      expected: 'a commit, branch or tag',
      got: 'none',
      remedy: 'Say what to compare with: `bench-agent ab --base main`.',
    })
  if (project.some((name) => name === ''))
    mistakes.push({ path: '--project', expected: 'the name of a test project', got: 'an empty one' })
  if (mistakes.length > 0 || reference === undefined)
    throw mistakesError('BENCH_AGENT_OPTIONS', 'the arguments of `bench-agent ab`', mistakes)
  return reference
}

function nothingDiffers(name: string): BenchAgentError {
  return new BenchAgentError(
    'BENCH_AGENT_USAGE',
    `Expected the working tree to differ from the base ${name}, got the same files: nothing differs that could be compared. Change something, or name an earlier base.`,
  )
}

function describeTree({ head, uncommitted, files }: Changes): string {
  const dirty = uncommitted === 0 ? '' : ` with ${plural(uncommitted, 'uncommitted file')}`
  return `working tree${head === undefined ? '' : ` at ${head}`}${dirty}, ${plural(files.length, 'file')} changed`
}

function asJson({ comparison, broken, notes }: JudgedPairs, against: object, changes: Changes): string {
  const { head, uncommitted, files: changedFiles } = changes
  const candidate = { head, uncommitted, changedFiles }
  return jsonText({ schemaVersion: 1, command: 'ab', base: against, candidate, ...comparison, broken, notes })
}

function asText(judged: JudgedPairs, subject: string, { project }: AbOptions, around: Surroundings): string {
  const { comparison, broken, notes } = judged
  const worse = comparison.scenarios.filter(({ findings }) => findings.some(({ status }) => status === 'worse'))
  const files = [...new Set(worse.map(({ identity }) => identity.file))].join(' ')
  const vitest = `npx vitest run ${project.map((one) => `--project ${one}`).join(' ')} ${files}`.trim()
  const steps =
    worse.length === 0
      ? []
      : [lookStep, { label: 'meant', text: `${vitest} -u`, purpose: 'makes the new levels the baseline' }]
  const labels = ['base', 'candidate'] as const
  const twice = comparison.scenarios.filter(({ passes }) => passes > 1).length
  const told = twice === 0 ? subject : `${subject}, ${plural(twice, 'scenario')} measured twice`
  return renderComparison({ comparison, subject: told, labels, broken, notes, steps }, around)
}
