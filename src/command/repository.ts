import { realpathSync, rmSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { BenchAgentError, mistakesError } from '../domain/errors.ts'
import { type Finished, lastLines, runProcess } from './run-process.ts'
import type { Surroundings } from './surroundings.ts'

/** The git repository that the working directory lies in. */
export interface Repository {
  /** Its folder. */
  root: string
  /** The working directory inside of it, with forward slashes; empty when it is the whole. */
  folder: string
  /** Without what git tells its hooks. */
  variables: NodeJS.ProcessEnv
  git: (...given: string[]) => Promise<Finished>
}

/** How the working tree differs from a commit. */
export interface Changes {
  /** Short name of the commit that is checked out; absent when there is none. */
  head: string | undefined
  /** Files that differ from the commit, untracked ones included. */
  files: string[]
  /** Files among them that are in no commit as they are. */
  uncommitted: number
}

// A hook of git says which repository it belongs to, and what we ask for is none of its business.
const ofHooks = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_OBJECT_DIRECTORY'] as const

function withoutHook(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = { ...variables }
  for (const name of ofHooks) delete kept[name]
  return kept
}

/** The repository around the working directory. @throws BenchAgentError when there is none, or no git */
export async function openRepository(given: Pick<Surroundings, 'cwd' | 'variables'>): Promise<Repository> {
  const { cwd } = given
  const variables = withoutHook(given.variables)
  // Short, and needed for cleaning up when all else has been broken off.
  const options = { variables, signal: new AbortController().signal }
  const found = await runProcess('git', ['rev-parse', '--show-toplevel'], { ...options, cwd }).catch(() => undefined)
  if (found === undefined) throw usageError('Expected git to be installed, got no such command. Install it.')
  if (found.exitCode !== 0)
    throw usageError(
      `Expected to be inside of a git repository, got ${cwd}. Change into your project: the base is one of its commits.`,
    )
  const root = realpathSync(found.stdout.trim())
  const folder = relative(root, realpathSync(cwd)).split(sep).join('/')
  return { root, folder, variables, git: (...given) => runProcess('git', given, { ...options, cwd: root }) }
}

/** The commit that `ref` names. @throws BenchAgentError when it names none */
export async function resolveCommit({ git }: Repository, ref: string): Promise<string> {
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)
  if (commit.exitCode === 0) return commit.stdout.trim()
  const remote = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `origin/${ref}^{commit}`)
  const shallow = await git('rev-parse', '--is-shallow-repository')
  throw mistakesError('BENCH_AGENT_OPTIONS', 'the arguments of `bench-agent ab`', [
    {
      path: '--base',
      expected: 'a commit, branch or tag of this repository',
      got: `"${ref}", which is none`,
      remedy:
        remote.exitCode === 0
          ? `Say \`--base origin/${ref}\`, or fetch it: \`git fetch origin ${ref}:${ref}\`.`
          : shallow.stdout.trim() === 'true'
            ? `This clone is shallow and holds few commits: \`git fetch --depth=1 origin ${ref}\` and \`--base FETCH_HEAD\`, or check out with \`fetch-depth: 0\`.`
            : 'See `git branch --all` and `git tag`, or fetch it first.',
    },
  ])
}

/** How the working tree differs from `commit`. What bench-agent itself writes does not count. */
export async function changesSince({ git }: Repository, commit: string): Promise<Changes> {
  const [head, changed, untracked, dirty] = await Promise.all([
    git('rev-parse', '--short', 'HEAD'),
    git('diff', '--name-only', '-z', '--no-ext-diff', commit, '--'),
    git('ls-files', '--others', '--exclude-standard', '-z'),
    git('diff', '--name-only', '-z', '--no-ext-diff', 'HEAD', '--'),
  ])
  const others = filesOf(untracked)
  return {
    head: head.exitCode === 0 ? head.stdout.trim() : undefined,
    files: [...filesOf(changed), ...others],
    uncommitted: filesOf(dirty).length + others.length,
  }
}

/** What git ignores and a checkout lacks for it. Paths are from the root of the repository, with forward slashes. */
export interface Ignored {
  /** Environment files. */
  environmentFiles: string[]
  /** Folders with a `node_modules`; empty for the root. */
  installed: string[]
}

/** What of the working tree git ignores and its tests need. */
export async function findIgnored({ git }: Repository): Promise<Ignored> {
  const listed = pathsOf(await git('ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'))
  return {
    environmentFiles: listed.filter((path) => /(^|\/)(\.env(\.[^/]*)?|[^/]*\.env)$/.test(path)),
    installed: listed.flatMap(
      (path) =>
        /^(?:(.*)\/)?node_modules\/?$/
          .exec(path)
          ?.slice(1)
          .map((one = '') => one) ?? [],
    ),
  }
}

/** Checks `commit` out into `folder`, with a HEAD of its own. @throws BenchAgentError */
export async function addCheckout(
  { root, variables }: Repository,
  commit: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const given = ['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--detach', folder, commit]
  const added = await runProcess('git', given, { cwd: root, variables, signal })
  if (added.exitCode === 0) return
  throw usageError(
    `Expected git to check ${commit.slice(0, 7)} out into ${folder}, got:\n${lastLines(added.output)}\nSee that there is room for it, and that \`git worktree add\` works in this repository.`,
  )
}

/** Removes the checkout in `folder`, and has git forget it. */
export async function removeCheckout({ git }: Repository, folder: string): Promise<void> {
  // One that was broken off while it was made is still locked.
  await git('worktree', 'unlock', folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  await git('worktree', 'prune')
}

function pathsOf({ stdout }: Finished): string[] {
  return stdout.split('\0').filter((path) => path !== '')
}

function filesOf(finished: Finished): string[] {
  return pathsOf(finished).filter(
    (path) => !path.split('/').some((part) => part === '.bench-agent' || part === '__bench__'),
  )
}

function usageError(message: string): BenchAgentError {
  return new BenchAgentError('BENCH_AGENT_USAGE', message)
}
