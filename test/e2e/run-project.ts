import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
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
}

/** Copies `fixtures/projects/<name>` beside Vitest `version`. */
export function openProject(name: string, version: VitestVersion): Project {
  const lab = inject('labs')[version]
  if (lab === undefined) throw new Error(`no lab for Vitest ${version}`)
  const folder = mkdtempSync(join(lab, `${name}-`))
  const source = fileURLToPath(new URL(`../../fixtures/projects/${name}`, import.meta.url))
  if (!existsSync(source)) throw new Error(`no fixture project at ${source}`)
  cpSync(source, folder, { recursive: true })
  return { folder, vitest: (given, environment) => runVitest(lab, folder, given, environment) }
}

function runVitest(lab: string, folder: string, given: readonly string[], environment: Record<string, string> = {}): Promise<ProjectRun> {
  const cli = join(lab, 'node_modules', 'vitest', 'vitest.mjs')
  const { CI: _, GITHUB_ACTIONS: __, ...inherited } = process.env
  // This process is a test itself, and what Vitest tells its own workers is not for the one under test.
  const kept = Object.fromEntries(Object.entries(inherited).filter(([key]) => !key.startsWith('VITEST') && key !== 'NODE_ENV' && key !== 'TEST'))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, 'run', ...given], {
      cwd: folder,
      env: { ...kept, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (text) => {
      output += String(text)
    })
    child.stderr.on('data', (text) => {
      output += String(text)
    })
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output }))
  })
}
