import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BenchAgentError } from '../domain/errors.ts'
import { z } from '../domain/zod.ts'
import { type Finished, runProcess } from './run-process.ts'
import { type Side, turnsVariable } from './turn-message.ts'

/** One of the two versions, ready to be measured. */
export interface SideSetup {
  side: Side
  /** Folder of its project. */
  project: string
  vitest: string
  /** Version of its bench-agent. */
  version: string
}

/** What of it is measured. */
export interface Selection {
  /** Names of test projects. */
  projects: readonly string[]
  /** Parts of file names, as Vitest takes them. */
  files: readonly string[]
  /** Part of the names of tests; absent for all. */
  testName?: string | undefined
}

const Manifest = z.object({ version: z.string() })

/** The packages that measure the project in `project`. @throws BenchAgentError when one is not installed */
export function findSide(side: Side, project: string): SideSetup {
  const vitest = packageFolder(side, project, 'vitest')
  const own = packageFolder(side, project, 'bench-agent')
  const { version } = Manifest.parse(JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')))
  return { side, project, vitest: join(vitest, 'vitest.mjs'), version }
}

function packageFolder(side: Side, project: string, name: string): string {
  try {
    return dirname(createRequire(join(project, 'package.json')).resolve(`${name}/package.json`))
  } catch {
    throw new BenchAgentError(
      'BENCH_AGENT_USAGE',
      side === 'base'
        ? `Expected the base to use ${name}, got a version of the project without it. Name a later one with --base.`
        : `Expected ${name} to be installed in ${project}, got no such package. Install it: \`npm install --save-dev ${name}\`.`,
    )
  }
}

/** Measures a side to its end. `folder` is where it finds the coordinator and leaves its results. */
export function runSide(
  { project, vitest }: SideSetup,
  { projects, files, testName }: Selection,
  folder: string,
  { variables, signal }: { variables: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Finished> {
  const given = [
    vitest,
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    ...files,
    ...(testName === undefined ? [] : ['-t', testName]),
    // Results and snapshots of the user are left as they are.
    '--reporter=default',
    '--reporter=bench-agent/reporter',
    '--update=none',
    '--coverage.enabled=false',
    '--no-file-parallelism',
    '--bail=0',
    // Waiting for the other side takes as long as the other takes.
    '--testTimeout=3600000',
  ]
  return runProcess(process.execPath, given, {
    cwd: project,
    variables: { ...variables, NO_COLOR: '1', [turnsVariable]: folder },
    signal,
  })
}
