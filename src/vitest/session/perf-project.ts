/// <reference types="vitest/config" />
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { TestProject, Vite, Vitest } from 'vitest/node'
import { mistakesError } from '../../domain/errors.ts'
import type { Prices } from '../../domain/price.ts'
import { type CallMode, callModes } from '../../domain/recording.ts'
import { z } from '../../domain/zod.ts'
import { executionsKept } from '../../history/executions-kept.ts'
import { isRedisUrl } from '../../history/recording-store/redis.ts'
import { PricesSchema } from '../../run/options/price-schema.ts'
import { requireValid } from '../../run/options/validation.ts'
import type { SharedRecordingsOptions } from '../settings.ts'
import { redisExpected, requireEnvironment } from './environment-variables.ts'
import { explainSkipped } from './explain-skipped.ts'
import { addReporter } from './reporter.ts'

/** What a project of performance tests may say. */
export interface PerfProjectOptions {
  /** Name of the project, for `vitest --project`. @default 'perf' */
  name?: string | undefined
  /** How models are reached: see the option of `benchAgent`. `BENCH_AGENT_MODE` wins. @default 'live' */
  mode?: CallMode | undefined
  /** Files that hold its tests. @default ['**\/*.perf.?(c|m)[jt]s?(x)'] */
  include?: string[] | undefined
  /** US dollars that one session may spend on this project. @default no cap */
  spendUsd?: number | undefined
  /** A file of environment variables that the tests get; variables that are set already win. Relative to the root. @default none */
  envFile?: string | undefined
  /** Prices by model, in US dollars per million tokens. @default none */
  prices?: Prices | undefined
  /** Asks for the tokens of streams that would not tell them, see the option of `benchAgent`. @default false */
  ensureStreamUsage?: boolean | undefined
  /** Set-up files of these tests; those of the root are left out, for they often forbid the network. @default none */
  setupFiles?: string[] | undefined
  /** Files that start what the tests need, once, in the main process. @default none */
  globalSetup?: string[] | undefined
  /** What an inconclusive verdict does to a test. @default 'pass', with a warning */
  inconclusive?: 'pass' | 'fail' | undefined
  /** How baselines are kept. */
  baseline?: BaselineOptions | undefined
  /** By what machines share their recordings. @default each has its own files */
  recordings?: SharedRecordingsOptions | undefined
}

/** How a project keeps its baselines. */
export interface BaselineOptions {
  /**
   * Executions up to which a session fills a baseline that has fewer, from 1 to 10: it makes the scenario as often as it takes, and
   * keeps each execution. Only where the history may be written. `BENCH_AGENT_BASELINE_EXECUTIONS` wins.
   *
   * @default 1: each session adds one
   */
  executions?: number | undefined
}

const filled = z.string().check(z.minLength(1))
const OptionsSchema = z.strictObject({
  name: z.optional(filled),
  mode: z.optional(z.enum(callModes)),
  include: z.optional(z.array(filled).check(z.minLength(1))),
  spendUsd: z.optional(z.number().check(z.positive())),
  envFile: z.optional(filled),
  prices: z.optional(PricesSchema),
  ensureStreamUsage: z.optional(z.boolean()),
  setupFiles: z.optional(z.array(filled)),
  globalSetup: z.optional(z.array(filled)),
  inconclusive: z.optional(z.enum(['pass', 'fail'])),
  baseline: z.optional(
    z.strictObject({ executions: z.optional(z.int().check(z.minimum(1), z.maximum(executionsKept))) }),
  ),
  recordings: z.optional(
    z.strictObject({ url: z.optional(filled), expiresAfterMs: z.optional(z.number().check(z.minimum(1))) }),
  ),
})

const defaultInclude = ['**/*.perf.?(c|m)[jt]s?(x)']
// Tests that Vitest may have under way at once.
const mostRows = 1000
// After the other projects. A much larger number makes Vitest run out of stack.
const groupOrder = 1000

/**
 * A test project for `test.projects` that runs performance tests as they have to be run: one file at a time in a process of its
 * own, after every other project, without retries, and only when it is asked for by `vitest --project`.
 *
 * @throws BenchAgentError that lists every mistake in `options` and in the `BENCH_AGENT_…` environment variables
 */
export function perfProject(options: PerfProjectOptions = {}): TestProjectInlineConfiguration {
  requireValid(OptionsSchema, 'the options of perfProject()', options)
  requireRedis(options.recordings?.url)
  requireEnvironment(process.env)
  const name = options.name ?? 'perf'
  const include = options.include ?? defaultInclude
  return {
    extends: true,
    plugins: [perfPlugin({ ...options, name, include })],
    test: {
      name,
      include,
      globalSetup: options.globalSetup ?? [],
      pool: 'forks',
      isolate: true,
      fileParallelism: false,
      maxWorkers: 1,
      sequence: { groupOrder, concurrent: false },
    },
  }
}

// Apart from the schema, whose errors tell what they got: here, that may hold a password.
function requireRedis(url: string | undefined): void {
  if (url === undefined || isRedisUrl(url)) return
  const mistake = { path: 'recordings.url', expected: redisExpected, got: 'another text' }
  throw mistakesError('BENCH_AGENT_OPTIONS', 'the options of perfProject()', [mistake])
}

type Resolved = PerfProjectOptions & { name: string; include: string[] }

function perfPlugin(options: Resolved): Vite.Plugin {
  return {
    name: `bench-agent:${options.name}`,
    configureVitest({ project, vitest }) {
      if (project.name !== options.name) return
      shape(project, options)
      runAfterOthers(vitest)
      addReporter(vitest, { project: project.name, ...options, mode: options.mode ?? 'live' })
      if (vitest.config.project.length === 0) {
        project.config.include = []
        explainSkipped(vitest, { ...options, root: project.config.root })
      }
      vitest.onFilterWatchedSpecification((specification) => specification.project.name !== options.name)
    },
  }
}

/** `extends: true` brings the root's lists and settings along; those that would disturb a measurement are put right. */
function shape(project: TestProject, options: Resolved): void {
  const { config } = project
  config.include = [...options.include]
  config.setupFiles = (options.setupFiles ?? []).map((file) => resolve(config.root, file))
  config.retry = 0
  // Rows of a `for` have to be there to take turns. Nothing goes on at the same time all the same.
  config.maxConcurrency = Math.max(config.maxConcurrency, mostRows)
  // So that reports can name the line of a scenario whose process died.
  config.includeTaskLocation = true
  config.env = { ...config.env, ...variablesOf(options, config.root) }
}

function variablesOf({ envFile }: Resolved, root: string): Record<string, string> {
  const path = envFile === undefined ? undefined : resolve(root, envFile)
  // A CI job has its secrets in variables, and no such file.
  if (path === undefined || !existsSync(path)) return {}
  const variables = Object.entries(parseEnv(readFileSync(path, 'utf8')))
  return Object.fromEntries(
    variables.filter(
      (entry): entry is [string, string] => entry[1] !== undefined && process.env[entry[0]] === undefined,
    ),
  )
}

// Projects with one worker share a last group that ignores the order, so that a measurement could come first.
function runAfterOthers(vitest: Vitest): void {
  for (const other of vitest.projects) {
    const { sequence } = other.config
    if (sequence.groupOrder === 0) sequence.groupOrder = 1
  }
}
