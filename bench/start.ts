import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Figure, median } from './figure.ts'

const root = resolve(import.meta.dirname, '..')
const variants = ['with', 'without', 'empty'] as const
type Variant = (typeof variants)[number]

// Until code is cached and baselines and history are there, as they are from the second session on.
const warmups = 3
const rounds = 21

const byHand = `import { defineConfig } from 'vitest/config'
const test = { name: 'perf', include: ['**/*.perf.ts'], pool: 'forks', isolate: true, fileParallelism: false, maxWorkers: 1 }
export default defineConfig({ test: { projects: [{ extends: true, test }] } })
`
const oneTest = `import { benchAgent } from 'bench-agent'
benchAgent('answers', { agent: async () => {} })
`

// The same test runs with our project and its reporter, and in a project that is set up in the same way by hand; an empty test
// of Vitest tells what the whole package comes to.
const files: Record<Variant, Record<string, string>> = {
  with: {
    'vitest.config.ts': `import { perfProject } from 'bench-agent/plugin'
import { defineConfig } from 'vitest/config'
export default defineConfig({ test: { projects: [perfProject()] } })
`,
    'answer.perf.ts': oneTest,
  },
  without: { 'vitest.config.ts': byHand, 'answer.perf.ts': oneTest },
  empty: {
    'vitest.config.ts': byHand,
    'answer.perf.ts': `import { test } from 'vitest'
test('answers', async () => {})
`,
  },
}

/** What project and reporter add to the wall time of a session with one test: baseline, history, files and report included. */
export function startFigure(): Figure {
  if (!existsSync(join(root, 'dist/plugin.js')))
    throw new Error('Expected bench-agent to be built, got no dist/plugin.js. Type `npm run build` first.')
  const folder = mkdtempSync(join(tmpdir(), 'bench-agent-start-'))
  try {
    writeProjects(folder)
    for (const variant of variants) for (let warmup = 0; warmup < warmups; warmup++) sessionMs(folder, variant)
    if (!existsSync(join(folder, 'with/.bench-agent/results.json')))
      throw new Error('Expected a session with bench-agent to write its results, got none')
    return figureOf(Array.from({ length: rounds }, (_, round) => measureRound(folder, round)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function figureOf(measured: readonly Record<Variant, number>[]): Figure {
  const all = (variant: Variant) => measured.map((round) => round[variant])
  return {
    name: 'start.wall_ratio',
    value: median(measured.map((round) => round.with / round.without)),
    unit: 'ratio',
    bound: 1.15,
    peers: {
      'with project and reporter ms': median(all('with')),
      'the same test without ms': median(all('without')),
      'an empty Vitest test ms': median(all('empty')),
      'least with / least without ratio': Math.min(...all('with')) / Math.min(...all('without')),
      'with / an empty Vitest test ratio': median(measured.map((round) => round.with / round.empty)),
    },
    meaning: 'Wall time of a session with one benchAgent of a no-op agent, with project and reporter / without.',
  }
}

function measureRound(folder: string, round: number): Record<Variant, number> {
  const ms: Record<Variant, number> = { with: 0, without: 0, empty: 0 }
  for (const variant of round % 2 === 0 ? variants : variants.toReversed()) ms[variant] = sessionMs(folder, variant)
  return ms
}

// Outside of the repository, with a copy of what is published and what it depends on: Vite runs only what lies in a `node_modules` as
// it is.
function writeProjects(folder: string): void {
  const installed = join(folder, 'node_modules')
  mkdirSync(join(installed, 'bench-agent'), { recursive: true })
  for (const part of ['package.json', 'dist'])
    cpSync(join(root, part), join(installed, 'bench-agent', part), { recursive: true })
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of ['vitest', ...Object.keys(dependencies)]) {
    mkdirSync(dirname(join(installed, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(installed, name), 'junction')
  }
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
