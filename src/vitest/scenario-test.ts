import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import type { CaseInput } from '../domain/case.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { isOpen } from '../domain/load/load.ts'
import { planScenario } from '../domain/plan.ts'
import type { Bounds, CaseSource, Checked, Setup } from '../domain/scenario.ts'
import type { Thresholds } from '../domain/threshold.ts'
import { explainVerdict } from '../domain/verdict.ts'
import type { ScenarioResult } from '../run/conclude.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { type ReadCases, resolveCases } from '../run/source/cases.ts'
import { readTrace } from '../run/source/read-trace.ts'
import type { SpendLedger } from '../run/stopping.ts'
import { callsInTest, whyNotReplayed, withRecordedRuns } from './call-mode.ts'
import { type CallSite, raisedAt } from './call-site.ts'
import { identityOf } from './identity.ts'
import { nextToFill } from './next-to-fill.ts'
import type { Row, Rows } from './rows.ts'
import { runInTest } from './run-in-test.ts'
import type { ExecutionInTest, Following, ScenarioInTest } from './scenario-in-test.ts'
import { inSegment, madeElsewhere, nextStartAtMs } from './segment.ts'
import { workerSettings } from './settings.ts'
import { leftOf, leftOfSession } from './spend-file.ts'
import { takeTurn } from './turns.ts'

type Callback = (...given: never[]) => unknown

/** A scenario's options when their types are known no more. */
export interface UntypedOptions extends Bounds {
  cases?: CaseSource | undefined
  where?: ((one: CaseInput) => boolean) | undefined
  sample?: number | { size: number; seed?: number | undefined } | undefined
  setup?: Callback | undefined
  teardown?: Callback | undefined
  agent: Callback
  thresholds?: Thresholds | undefined
  categories?: Record<string, Thresholds> | undefined
  inconclusive?: 'pass' | 'fail' | undefined
  baseline?: boolean | undefined
}

/** A scenario as it was written down. */
export interface Declared {
  name: string
  id: string
  options: UntypedOptions
  check: Callback | undefined
  site: CallSite
  /** What is wrong with the options; absent when nothing is. */
  mistake: BenchAgentError | undefined
  /** The rows that it is one of, measured in turns; absent when it is measured by itself. */
  rows?: Rows | undefined
}

/** Measures the scenario in its test, and throws at its line when it fails. */
export async function runScenarioTest(context: TestContext, declared: Declared): Promise<void> {
  if (declared.mistake !== undefined) throw raisedAt(declared.mistake, declared.site)
  const plan = (read?: ReadCases) => planInTest(context, declared, read)
  const measure: Row['measure'] = (scenario, ledgers, onMade) =>
    measureInTest(context, declared, scenario, { count: declared.rows?.count ?? 1, ledgers, onMade })
  try {
    if (declared.rows !== undefined) await declared.rows.run(context, { plan, measure })
    else
      await takeTurn(context, async () => {
        const scenario = await plan()
        if (scenario !== undefined) await measureInTest(context, declared, scenario)
      })
  } catch (error) {
    throw error instanceof BenchAgentError ? raisedAt(error, declared.site) : error
  }
}

async function planInTest(
  context: TestContext,
  declared: Declared,
  read?: ReadCases,
): Promise<ScenarioInTest | undefined> {
  const { task, signal } = context
  const { name } = declared
  const settings = workerSettings()
  const options = inSegment(declared.options, settings)
  if (options === undefined) {
    context.skip(madeElsewhere)
    return undefined
  }
  const reason = whyNotReplayed(options, settings)
  if (reason !== undefined) {
    context.skip(reason)
    return undefined
  }
  const directory = dirname(task.file.filepath)
  const cases = await resolveCases(options, directory, read)
  const identity = identityOf(task, declared.id, settings)
  const calls = await callsInTest(task, identity, options, settings)
  const planned = { ...withRecordedRuns(options, calls), trace: await readTrace(options, directory) }
  const plan = planScenario(name, planned, cases)
  // A part of a load is judged with the others.
  const isPart = isOpen(plan.load) && plan.load.segment !== undefined
  if (isPart && isStrict(declared) && task.meta.benchAgent !== undefined) task.meta.benchAgent.failsInconclusive = true
  const compares = options.baseline !== false && !isPart
  return {
    plan,
    options,
    annotate: context.annotate,
    identity,
    calls,
    ...callbacksOf(context, declared),
    compares,
    keepsBaseline: compares,
    deferred: isPart,
    startsAtMs: nextStartAtMs(settings, isPart),
    signal,
  }
}

/** What an execution shares with those that it takes turns with. */
interface Shared {
  /** How many scenarios there are. */
  count: number
  ledgers: () => SpendLedger
  onMade: (made: ExecutionInTest) => void
}

async function measureInTest(
  { task, signal }: TestContext,
  declared: Declared,
  scenario: ScenarioInTest,
  shared?: Shared,
): Promise<void> {
  const settings = workerSettings()
  const made: ExecutionInTest[] = []
  let following: Following | undefined
  do {
    const execution = await runInTest(task, { ...scenario, ledger: shared?.ledgers(), following })
    shared?.onMade(execution)
    requireVerdict(declared, execution)
    made.push(execution)
    // Those that take turns with it may want as much.
    const leftUsd = shared === undefined ? leftOfSession(settings) : leftOf(shared.ledgers()) / shared.count
    following = signal.aborted ? undefined : await nextToFill(task, scenario, made, settings, leftUsd)
  } while (following !== undefined)
}

/** The user's functions of a test. */
// They are called with what their types promise; here those types are known no more.
export function callbacksOf(
  context: TestContext,
  { options, check }: Pick<Declared, 'options' | 'check'>,
): Pick<ScenarioSetting, 'agent' | 'setup' | 'teardown' | 'check'> {
  const { agent, setup, teardown } = options
  return {
    agent: agent as unknown as ScenarioSetting['agent'],
    teardown: teardown as unknown as ScenarioSetting['teardown'],
    setup: setup && ((start: Setup) => (setup as (given: object) => unknown)(withContext(context, start))),
    check: check && ((checked: Checked) => (check as (given: object) => unknown)(withContext(context, checked))),
  }
}

/** The test's context with `fields` in front of it, so that fixtures, `expect` and `annotate` are at hand. */
function withContext(context: TestContext, fields: object): object {
  return Object.create(context, Object.getOwnPropertyDescriptors(fields))
}

function requireVerdict(declared: Declared, { record, verdict, mistake }: ScenarioResult): void {
  if (mistake !== undefined) throw mistake
  const strict = isStrict(declared)
  if (verdict.status === 'pass' || (verdict.status === 'inconclusive' && !strict)) return
  const { filling } = record
  const which = filling === undefined ? '' : `, execution ${filling.execution} of ${filling.executions},`
  const name = `${declared.name}${which}`
  throw new BenchAgentError('BENCH_AGENT_VERDICT', explainVerdict(name, verdict, record.problems, strict))
}

function isStrict({ options }: Declared): boolean {
  return (options.inconclusive ?? workerSettings()?.inconclusive) === 'fail'
}
