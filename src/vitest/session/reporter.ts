import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  Reporter,
  TestCase,
  TestModule,
  TestProject,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from 'vitest/node'
import { turnsVariable } from '../../command/turn-message.ts'
import { wallClock } from '../../domain/clock.ts'
import { messageOf } from '../../domain/errors.ts'
import type { Prices } from '../../domain/price.ts'
import type { CallMode } from '../../domain/recording.ts'
import { isCi, readEnvironment } from '../../measure/environment.ts'
import type { Session } from '../../report/session.ts'
import type { SharedRecordingsOptions, WorkerSettings } from '../settings.ts'
import type { NoticeArtifact, PlanArtifact, SamplesArtifact } from '../transport.ts'
import { fillRefusal, fillsTo, modeOf, partOf } from './environment-variables.ts'
import { type Progress, startProgress } from './progress.ts'
import { repositoryFolder } from './repository-folder.ts'
import type { TurnSession } from './turn-session.ts'

/** What a project said about its performance tests. */
export interface ProjectSettings {
  project: string
  mode: CallMode
  recordings?: SharedRecordingsOptions | undefined
  prices?: Prices | undefined
  spendUsd?: number | undefined
  ensureStreamUsage?: boolean | undefined
  inconclusive?: 'pass' | 'fail' | undefined
  baseline?: { executions?: number | undefined } | undefined
}

// Reporters that people read. Beside machine readers only, we keep quiet: their output must stay theirs.
const humanReporters = new Set([
  'default',
  'verbose',
  'dot',
  'tree',
  'basic',
  'agent',
  'minimal',
  'github-actions',
  'hanging-process',
])
// A session is calibrated once it has lasted this long: of a shorter one it would be too large a part.
const uncalibratedMs = 3_000
const brand = Symbol.for('bench-agent.reporter')
const reporterPath = 'bench-agent/reporter'

/**
 * Vitest reporter that says what agents cost and how long they took, keeps the baselines, and writes the results. It prints after
 * the reporters beside it. `perfProject` adds it.
 */
export class BenchAgentReporter implements Reporter {
  readonly [brand] = true
  readonly projects = new Map<string, ProjectSettings>()
  #vitest: Vitest | undefined
  #quiet = false
  #startedAt = new Date()
  #sessionDirectory: string | undefined
  #progress: Progress | undefined
  #conclusion: Promise<typeof import('./gather.ts')> | undefined
  #turns: TurnSession | undefined
  // When blobs are merged, Vitest 4 ends with the last of the modules that have a file in common, as many times as there are.
  readonly #ended = new Set<TestModule>()

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    this.#quiet = !vitest.config.reporters.some((reporter) => humanReporters.has(nameOf(reporter)))
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const vitest = this.#vitest
    if (vitest === undefined) return
    if (process.env[turnsVariable] !== undefined) await this.#beginTurns(vitest, specifications)
    this.#startedAt = new Date()
    this.#ended.clear()
    this.#sessionDirectory ??= mkdtempSync(join(tmpdir(), 'bench-agent-'))
    this.#progress?.close()
    this.#progress = startProgress((line) => this.#print(line), {
      clock: wallClock,
      lineEveryMs: process.stdout.isTTY ? 2_000 : 10_000,
    })
    const refusal = fillRefusal(process.env, isCi(process.env))
    if (refusal !== undefined) this.#print(refusal)
    // At every start, for watch mode may have switched to updating since the last one.
    for (const project of new Set(specifications.map((one) => one.project))) {
      project.provide('benchAgent', this.#settingsFor(vitest, project, this.#sessionDirectory))
    }
    if (this.#conclusion === undefined && specifications.some((one) => this.projects.has(one.project.name)))
      whenProcessStarts(() => this.#prepareEnd())
  }

  async #beginTurns(vitest: Vitest, specifications: readonly TestSpecification[]): Promise<void> {
    const { turnSession } = await import('./turn-session.ts')
    this.#turns = turnSession(process.env)
    await this.#turns?.begin(vitest, specifications)
  }

  onTestModuleEnd(module: TestModule): void {
    this.#turns?.moduleEnded(module)
    if (this.#vitest?.config.mergeReports !== undefined) this.#ended.add(module)
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: { type: string }): void {
    if (artifact.type === 'bench-agent:plan') {
      this.#progress?.plan(test, artifact as PlanArtifact)
      // Where tests run in threads, or only some of them measure, nothing was loaded before.
      setImmediate(() => this.#prepareEnd())
    }
    if (artifact.type === 'bench-agent:notice') this.#print((artifact as NoticeArtifact).text)
    if (artifact.type === 'bench-agent:samples') this.#progress?.samples(test, artifact as SamplesArtifact)
  }

  // While a worker starts, this process has nothing to do: what the end of the session needs is loaded then.
  #prepareEnd(): void {
    this.#conclusion ??= loadConclusion()
  }

  onTestCaseResult(test: TestCase): void {
    this.#progress?.ended(test)
    // While the worker is taken down, for the session ends when it is: first it is told to. A record that cannot be read is told then.
    setImmediate(() => this.#conclusion?.then(({ readRecords }) => readRecords(test)).catch(() => undefined))
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    _errors: readonly unknown[],
    reason: TestRunEndReason,
  ): Promise<void> {
    const vitest = this.#vitest
    this.#progress?.close()
    if (vitest === undefined || this.#sessionDirectory === undefined) return
    const isMerge = vitest.config.mergeReports !== undefined
    try {
      // What only a session with measurements needs is loaded only then.
      const { concludeSession } = await import('./conclude.ts')
      const caps = [...this.projects.values()].flatMap(({ spendUsd }) => spendUsd ?? [])
      const conclude = this.#turns === undefined ? concludeSession : this.#turns.end
      const session = await conclude({
        root: vitest.config.root,
        modules: isMerge ? [...this.#ended] : modules,
        update: vitest.snapshot.options.updateSnapshot,
        interrupted: reason === 'interrupted',
        startedAt: this.#startedAt,
        sessionDirectory: this.#sessionDirectory,
        plans: this.#progress?.plans() ?? new Map(),
        environment: readEnvironment(),
        variables: process.env,
        capUsd: caps.length === 1 ? caps[0] : undefined,
        isMerge,
      })
      if (session !== undefined) await this.#report(session)
    } catch (error) {
      this.#print(`bench-agent could not finish its report: ${messageOf(error)}`)
      process.exitCode = 1
    } finally {
      rmSync(this.#sessionDirectory, { recursive: true, force: true })
      this.#sessionDirectory = undefined
    }
  }

  async #report(session: Session): Promise<void> {
    const isMergeRed = session.executions.some(({ merged, failed }) => merged && failed)
    if (session.baselines.problems.length > 0 || session.dead.length > 0 || isMergeRed) process.exitCode = 1
    if (this.#quiet) return
    const { renderTerminal } = await import('../../report/terminal.ts')
    const { default: colors } = await import('picocolors')
    this.#print(renderTerminal(session, { columns: process.stdout.columns ?? 120, colors: colors.isColorSupported }))
    if (process.env.GITHUB_ACTIONS === undefined) return
    const { renderAnnotations } = await import('../../report/annotations.ts')
    const directory = repositoryFolder(process.env, this.#vitest?.config.root ?? '')
    for (const line of renderAnnotations(session, { directory })) this.#print(line)
  }

  #settingsFor(vitest: Vitest, project: TestProject, sessionDirectory: string): WorkerSettings {
    const said = this.projects.get(project.name)
    return {
      project: project.name,
      root: vitest.config.root,
      mode: said?.mode ?? 'live',
      modeOfVariable: modeOf(process.env),
      recordings: said?.recordings,
      // Who takes turns leaves every baseline as it is.
      update: this.#turns === undefined ? vitest.snapshot.options.updateSnapshot : 'none',
      turns: this.#turns?.settings,
      // Elsewhere files run beside one another, and in turns there are two of everything.
      calibratesFromAtMs:
        said === undefined || this.#turns !== undefined ? undefined : this.#startedAt.getTime() + uncalibratedMs,
      fillsTo:
        this.#turns === undefined ? fillsTo(process.env, isCi(process.env), said?.baseline?.executions) : undefined,
      sessionDirectory,
      ...partOf(process.env),
      // A test that measures in a suite of its own pays the same prices.
      prices: said?.prices ?? Object.assign({}, ...[...this.projects.values()].map(({ prices }) => prices)),
      ensureStreamUsage: said?.ensureStreamUsage ?? false,
      spendUsd: said?.spendUsd,
      inconclusive: said?.inconclusive ?? 'pass',
      coversCode: vitest.config.coverage.enabled,
    }
  }

  #print(text: string): void {
    if (!this.#quiet) this.#vitest?.logger.log(text)
  }
}

async function loadConclusion(): Promise<typeof import('./gather.ts')> {
  const [gather] = await Promise.all([
    import('./gather.ts'),
    import('./conclude.ts'),
    import('../../report/terminal.ts'),
    import('picocolors'),
  ])
  return gather
}

// The channel tells of a process before it runs.
function whenProcessStarts(act: () => void): void {
  const once = () => {
    unsubscribe('child_process', once)
    setImmediate(act)
  }
  subscribe('child_process', once)
}

/** Adds our reporter once, keeps the others, and tells it what the project said. */
export function addReporter(vitest: Vitest, settings: ProjectSettings): void {
  const reporters: unknown[] = vitest.config.reporters
  let own = reporters.find(isOwn)
  if (own === undefined) {
    own = new BenchAgentReporter()
    const asked = reporters.findIndex((reporter) => nameOf(reporter) === reporterPath)
    if (asked === -1) reporters.push(own)
    else reporters[asked] = own
  }
  own.projects.set(settings.project, settings)
}

function isOwn(reporter: unknown): reporter is BenchAgentReporter {
  return typeof reporter === 'object' && reporter !== null && brand in reporter
}

function nameOf(reporter: unknown): string {
  const name: unknown = Array.isArray(reporter) ? reporter[0] : reporter
  return typeof name === 'string' ? name : ''
}
