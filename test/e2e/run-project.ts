import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { VitestVersion } from './vitest-versions.ts'

/** What a run of Vitest came to. */
export interface ProjectRun {
  exitCode: number | null
  /** Everything it printed, without colours. */
  output: string
}

/** A copy of a fixture project, in a folder where the packed package is installed. */
export interface Project {
  folder: string
  /** Runs Vitest in it. */
  vitest: (given: readonly string[], environment?: Record<string, string>) => Promise<ProjectRun>
  /** Lets Vitest watch it. */
  watch: (given: readonly string[]) => Watching
}

/** A Vitest that watches. */
export interface Watching {
  /** Everything it has printed so far. */
  output: () => string
  /** Resolves when it has printed `text`. */
  until: (text: string | RegExp) => Promise<void>
  stop: () => void
}

/** Copies `fixtures/projects/<name>` beside Vitest `version`. */
export function openProject(name: string, version: VitestVersion): Project {
  const lab = inject('labs')[version]
  if (lab === undefined) throw new Error(`no lab for Vitest ${version}`)
  const folder = mkdtempSync(join(lab, `${name}-`))
  const source = fileURLToPath(new URL(`../../fixtures/projects/${name}`, import.meta.url))
  if (!existsSync(source)) throw new Error(`no fixture project at ${source}`)
  cpSync(source, folder, { recursive: true })
  return {
    folder,
    vitest: (given, environment) => finish(start(lab, folder, ['run', ...given], environment)),
    watch: (given) => watch(start(lab, folder, ['watch', ...given])),
  }
}

interface Started {
  child: ChildProcess
  output: () => string
}

function start(
  lab: string,
  folder: string,
  given: readonly string[],
  environment: Record<string, string> = {},
): Started {
  const cli = join(lab, 'node_modules', 'vitest', 'vitest.mjs')
  // This process is a test itself, and what Vitest and a CI tell it is not for the one under test.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST.*|NODE_ENV|TEST|CI|GITHUB_.*)$/.test(name),
  )
  const child = spawn(process.execPath, [cli, ...given], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += String(text)
    })
  }
  return { child, output: () => output }
}

function finish({ child, output }: Started): Promise<ProjectRun> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output: output() }))
  })
}

function watch({ child, output }: Started): Watching {
  return {
    output,
    until: async (text) => {
      const givenUpAt = Date.now() + 30_000
      const found = () => (typeof text === 'string' ? output().includes(text) : text.test(output()))
      while (!found()) {
        if (Date.now() > givenUpAt) throw new Error(`waited for "${text}" in vain in:\n${output()}`)
        await setTimeout(50)
      }
    },
    stop: () => child.kill(),
  }
}
