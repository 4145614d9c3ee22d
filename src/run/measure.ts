import { wallClock } from '../domain/clock.ts'
import { toColumns } from '../domain/columns.ts'
import { mistakesError, quoteValue } from '../domain/errors.ts'
import { planScenario } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Agent, Checked, OutputOf, ScenarioOptions } from '../domain/scenario.ts'
import { readEnvironment } from '../measure/environment.ts'
import { requireScenarioOptions } from './options/options.ts'
import { runScenario } from './scenario.ts'
import type { ScenarioSetting } from './setting.ts'
import { resolveCases } from './source/cases.ts'
import { readTrace } from './source/read-trace.ts'

/** What a script measures an agent on: a scenario's options, without what only a test has. */
export type MeasureOptions<Input, Expected, Returned, State> = Omit<
  ScenarioOptions<Input, Expected, Returned, State>,
  'agent' | 'baseline' | 'detect' | 'inconclusive' | 'mode' | 'replay'
> & {
  /** How the record calls it. @default 'agent' */
  name?: string | undefined
}

/** Asserts that a run's answer is right: what it throws makes the run wrong. */
export type ScriptCheck<Input, Expected, Returned, State> = (
  checked: Checked<Input, Expected, OutputOf<Returned>, State>,
) => unknown

// Recordings lie beside a test, and a script is none.
function requireLive(name: string, options: object): void {
  const mode: unknown = Reflect.get(options, 'mode')
  if (mode === undefined || mode === 'live') return
  const mistake = { path: 'mode', expected: '"live" outside of a test', got: quoteValue(mode) }
  throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, [mistake])
}

/**
 * Measures an agent in any script, without a test runner: the same runs, metrics and verdict as `benchAgent`, but nothing is
 * thrown for a broken threshold; the record's verdict tells. Paths of case files are relative to the working directory.
 *
 * @throws BenchAgentError for a mistake in the options or a hook that fails
 */
export async function measure<Input = undefined, Expected = unknown, Returned = unknown, State = undefined>(
  options: MeasureOptions<Input, Expected, Returned, State>,
  agent: Agent<Input, State, Returned>,
  check?: ScriptCheck<Input, Expected, Returned, State>,
): Promise<ExecutionRecord> {
  const { name = 'agent', ...rest } = options
  requireScenarioOptions(name, { ...rest, agent })
  requireLive(name, options)
  const cases = await resolveCases(rest as Parameters<typeof resolveCases>[0], process.cwd())
  const { record, samples, mistake } = await runScenario({
    plan: planScenario(name, { ...rest, trace: await readTrace(rest, process.cwd()) }, cases),
    // From here on the types of input, state and output are known to the user's functions alone.
    agent: agent as ScenarioSetting['agent'],
    setup: rest.setup as ScenarioSetting['setup'],
    teardown: rest.teardown as ScenarioSetting['teardown'],
    check: check as ScenarioSetting['check'],
    about: rest.about ?? {},
    identity: { project: '', file: '', suite: [], name, id: rest.id ?? name },
    execution: crypto.randomUUID(),
    attempt: 0,
    mode: 'live',
    prices: rest.prices ?? {},
    ensureStreamUsage: rest.ensureStreamUsage,
    environment: readEnvironment(),
    acceptWorse: false,
    mayWrite: true,
    keepsBaseline: false,
    ledger: { spentBeforeUsd: 0 },
    clock: wallClock,
  })
  if (mistake !== undefined) throw mistake
  return { ...record, samples: toColumns(samples) }
}
