import { existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join, sep } from 'node:path'
import { BenchAgentError } from '../domain/errors.ts'
import { z } from '../domain/zod.ts'
import { lastLines, runProcess } from './run-process.ts'

/** The checkout whose dependencies are to be there, and the working tree that has them. */
export interface Installation {
  /** Root of the checkout. */
  checkout: string
  /** Root of the working tree. */
  tree: string
  /** Folder of the project inside of both, with forward slashes; empty when it is the whole. */
  folder: string
  /** Folders of the working tree with a `node_modules`, as far as they are known. */
  installed: readonly string[]
  /** Line for the shell that installs; absent when lockfiles are to tell. */
  command?: string | undefined
  variables: NodeJS.ProcessEnv
  signal: AbortSignal
}

const lockfiles = {
  'npm-shrinkwrap.json': 'npm ci --no-audit --no-fund',
  'package-lock.json': 'npm ci --no-audit --no-fund',
  'pnpm-lock.yaml': 'pnpm install --frozen-lockfile',
  'yarn.lock': 'yarn install --frozen-lockfile',
  'bun.lock': 'bun install --frozen-lockfile',
  'bun.lockb': 'bun install --frozen-lockfile',
} as const
// What decides on the content of `node_modules`.
const deciding = [
  'package.json',
  ...Object.keys(lockfiles),
  'pnpm-workspace.yaml',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
] as const

/**
 * Gives the checkout its dependencies, and says how: those of the working tree by a link where they are the same, else what its
 * package manager installs by its lockfile.
 *
 * @throws BenchAgentError when they cannot be installed
 */
export async function installDependencies(installation: Installation): Promise<string> {
  const { checkout, folder, command } = installation
  const levels = levelsOf(folder)
  if (command !== undefined) return install(installation, command, folder)
  const folders = [...new Set([...levels, ...installation.installed])]
  const shared = sharedModules(
    installation,
    folders.filter((one) => existsSync(join(checkout, one))),
  )
  if (shared !== undefined) {
    for (const level of shared)
      symlinkSync(join(installation.tree, level, 'node_modules'), join(checkout, level, 'node_modules'), 'junction')
    return 'shares node_modules with the candidate, for package.json and lockfile are the same'
  }
  for (const level of levels) {
    const lockfile = Object.keys(lockfiles).find((name) => existsSync(join(checkout, level, name)))
    if (lockfile !== undefined)
      return install(installation, commandFor(lockfile as keyof typeof lockfiles, join(checkout, level)), level)
  }
  const level = levels.find((one) => existsSync(join(checkout, one, 'package.json')))
  if (level === undefined) return 'has nothing to install'
  return install(installation, 'npm install --no-audit --no-fund --no-package-lock', level)
}

/** The project's folder and those around it up to the root, each inside of the repository. */
function levelsOf(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split('/')
  return [...parts.map((_, position) => parts.slice(0, parts.length - position).join('/')), '']
}

// From version 2 on, yarn calls it otherwise.
function commandFor(lockfile: keyof typeof lockfiles, folder: string): string {
  const modern = lockfile === 'yarn.lock' && readFileSync(join(folder, lockfile), 'utf8').includes('__metadata:')
  return modern ? 'yarn install --immutable' : lockfiles[lockfile]
}

async function install(installation: Installation, command: string, level: string): Promise<string> {
  const { checkout, variables, signal } = installation
  const { exitCode, output } = await runProcess(command, [], {
    cwd: join(checkout, level),
    variables,
    signal,
    shell: true,
  })
  signal.throwIfAborted()
  if (exitCode === 0) return `was installed by \`${command}\``
  throw new BenchAgentError(
    'BENCH_AGENT_USAGE',
    `Expected \`${command}\` to install the base, got exit code ${exitCode}:\n${lastLines(output)}\nTry it in a checkout of the base, or say how it is done: \`--install 'npm ci && npm run build'\`.`,
  )
}

/** Folders whose `node_modules` serve the checkout just as well; absent when they would not, or there are none. */
function sharedModules({ checkout, tree }: Installation, folders: readonly string[]): string[] | undefined {
  const same = folders.every((folder) =>
    deciding.every((name) => isSame(join(checkout, folder, name), join(tree, folder, name))),
  )
  const present = folders.filter((folder) => existsSync(join(tree, folder, 'node_modules')))
  if (!same || present.length === 0) return undefined
  // Committed ones are there already, and need not be the same.
  if (present.some((folder) => existsSync(join(checkout, folder, 'node_modules')))) return undefined
  if (folders.some((folder) => preparesItself(join(tree, folder, 'package.json')))) return undefined
  return present.some((folder) => leadsInto(tree, join(tree, folder, 'node_modules'))) ? undefined : present
}

function isSame(path: string, other: string): boolean {
  if (!existsSync(path) || !existsSync(other)) return existsSync(path) === existsSync(other)
  return readFileSync(path).equals(readFileSync(other))
}

const Manifest = z.object({ scripts: z.optional(z.record(z.string(), z.string())) })

/** Whether installing also runs scripts of the package itself, such as a build. */
function preparesItself(manifest: string): boolean {
  if (!existsSync(manifest)) return false
  const { scripts = {} } = Manifest.parse(JSON.parse(readFileSync(manifest, 'utf8')))
  return ['preinstall', 'install', 'postinstall', 'prepare'].some((name) => scripts[name] !== undefined)
}

/** Whether a package in `modules` is a link to sources in `tree`, as workspaces make them: the base would run the candidate's. */
function leadsInto(tree: string, modules: string): boolean {
  const entries = readdirSync(modules, { withFileTypes: true })
  return entries.some((entry) => {
    const path = join(modules, entry.name)
    if (entry.name.startsWith('@') && !entry.isSymbolicLink()) return leadsInto(tree, path)
    if (!entry.isSymbolicLink()) return false
    const target = targetOf(path)
    return target?.startsWith(tree + sep) === true && !target.split(sep).includes('node_modules')
  })
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link)
  } catch {
    // It leads nowhere.
    return undefined
  }
}
