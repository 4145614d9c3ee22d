import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Figure, median } from './figure.ts'

const root = resolve(import.meta.dirname, '..')
const variants = ['with', 'without'] as const
type Variant = (typeof variants)[number]

// Until code is cached and baselines and history are there, as they are from the second session on.
const warmups = 3
const pairs = 21

// Both projects run their one test in the same way; ours is set up by `perfProject`, the other by hand.
const files: Record<Variant, Record<string, string>> = {
  with: {
    'vitest.config.ts': `import { perfProject } from 'bench-agent/plugin'
import { defineConfig } from 'vitest/config'
export default defineConfig({ test: { projects: [perfProject()] } })
`,
    'answer.perf.ts': `import { benchAgent } from 'bench-agent'
benchAgent('answers', { agent: async () => {} })
`,
  },
  without: {
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'
const test = { name: 'perf', include: ['**/*.perf.ts'], pool: 'forks', isolate: true, fileParallelism: false, maxWorkers: 1 }
export default defineConfig({ test: { projects: [{ extends: true, test }] } })
`,
    'answer.perf.ts': `import { test } from 'vitest'
test('answers', async () => {})
`,
  },
}

/** What bench-agent adds to the wall time of a session with one test: processes, files, baseline, history and report included. */
export function startFigure(): Figure {
  if (!existsSync(join(root, 'dist/plugin.js')))
    throw new Error('Expected bench-agent to be built, got no dist/plugin.js. Type `npm run build` first.')
  const folder = mkdtempSync(join(tmpdir(), 'bench-agent-start-'))
  try {
    writeProjects(folder)
    for (const variant of variants) for (let warmup = 0; warmup < warmups; warmup++) sessionMs(folder, variant)
    if (!existsSync(join(folder, 'with/.bench-agent/results.json')))
      throw new Error('Expected a session with bench-agent to write its results, got none')
    return figureOf(Array.from({ length: pairs }, (_, pair) => measurePair(folder, pair)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function figureOf(measured: readonly Record<Variant, number>[]): Figure {
  const withMs = measured.map((pair) => pair.with)
  const withoutMs = measured.map((pair) => pair.without)
  return {
    name: 'start.wall_ratio',
    value: median(measured.map((pair) => pair.with / pair.without)),
    unit: 'ratio',
    bound: 1.15,
    peers: {
      'with bench-agent ms': median(withMs),
      'without ms': median(withoutMs),
      'least with bench-agent ms': Math.min(...withMs),
      'least without ms': Math.min(...withoutMs),
      'least with / least without ratio': Math.min(...withMs) / Math.min(...withoutMs),
    },
    meaning: 'Wall time of a Vitest session with one benchAgent of a no-op agent / with one empty test.',
  }
}

function measurePair(folder: string, pair: number): Record<Variant, number> {
  const ms: Record<Variant, number> = { with: 0, without: 0 }
  for (const variant of pair % 2 === 0 ? variants : variants.toReversed()) ms[variant] = sessionMs(folder, variant)
  return ms
}

// Outside of the repository, with a copy of what is published: Vite runs only what lies in a `node_modules` as it is.
function writeProjects(folder: string): void {
  const installed = join(folder, 'node_modules')
  mkdirSync(join(installed, 'bench-agent'), { recursive: true })
  for (const part of ['package.json', 'dist'])
    cpSync(join(root, part), join(installed, 'bench-agent', part), { recursive: true })
  for (const name of ['vitest', 'picocolors', 'csv-parse'])
    symlinkSync(join(root, 'node_modules', name), join(installed, name), 'junction')
  for (const variant of variants) {
    mkdirSync(join(folder, variant))
    writeFileSync(join(folder, variant, 'package.json'), '{ "type": "module", "private": true }')
    for (const [name, text] of Object.entries(files[variant])) writeFileSync(join(folder, variant, name), text)
  }
}

function sessionMs(folder: string, variant: Variant): number {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
  const startedMs = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--project', 'perf'], {
    cwd: join(folder, variant),
    env: plainVariables(),
    encoding: 'utf8',
  })
  const ms = performance.now() - startedMs
  if (status !== 0) throw new Error(`Expected the session ${variant} bench-agent to pass, got:\n${stdout}\n${stderr}`)
  return ms
}

// A CI job's own report must not show our sessions, and a developer's settings must not change them.
function plainVariables(): NodeJS.ProcessEnv {
  const foreign = /^(CI$|GITHUB_|GITLAB_|VITEST|BENCH_AGENT_|NODE_OPTIONS$|NODE_COMPILE_CACHE$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}
