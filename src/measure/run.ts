import { attribute, type CallSink } from '../capture/attribution.ts'
import { forgetBodies, type WireCall } from '../capture/wire-call.ts'
import type { Case } from '../domain/case.ts'
import type { Clock } from '../domain/clock.ts'
import { BenchAgentError, messageOf, quoteValue } from '../domain/errors.ts'
import { formatMs } from '../domain/format.ts'
import type { Limits } from '../domain/limit.ts'
import type { Prices } from '../domain/price.ts'
import type { Agent, Checked, Setup } from '../domain/scenario.ts'
import { sumKnown, sumUsage } from '../domain/usage.ts'
import { ActiveRun } from './active-run.ts'
import { isAnswered, isUntold } from './call-values.ts'
import type { InFlight } from './deadline.ts'
import { drain, isStream } from './drain.ts'
import { enforceLimits } from './enforce.ts'
import { measurementOf, type RunMeasurement, unpricedModels } from './measurement.ts'
import type { Account } from './meter.ts'
import { type Ended, failureOf } from './outcome.ts'
import { costOf, pricingFor } from './pricing.ts'
import { readAnswer } from './read-answer.ts'
import { within } from './within.ts'

/** What every run of a scenario shares. */
export interface RunSetting {
  clock: Clock
  agent: Agent
  setup?: ((start: Setup) => unknown) | undefined
  teardown?: ((state: unknown) => unknown) | undefined
  check?: ((checked: Checked) => unknown) | undefined
  limits: Limits & { latencyMs: number }
  prices: Prices
  /** Milliseconds that each call of a hook may take. */
  hookTimeoutMs: number
  /** Milliseconds that an agent gets to settle after its signal was aborted, before it is left behind. */
  graceMs: number
  /** Reads the process's CPU time in milliseconds; absent when it is not read for each run. */
  readCpuMs?: (() => number) | undefined
  inFlight: InFlight
  /** Told of every model call that starts in the scope of a run, check or hook after that had ended. */
  onCallAfterEnd?: (() => void) | undefined
}

/**
 * One call of the agent on `one`, with its hooks around it. Never rejects for what the agent does: that is its outcome.
 *
 * @param index 0-based position of the run; negative in a warm-up
 * @param account told what the run spends while it is on; absent when nobody asks
 * @throws BenchAgentError when a hook throws or hangs
 */
export async function measureRun(
  setting: RunSetting,
  one: Case,
  index: number,
  account?: Account,
): Promise<RunMeasurement> {
  const { clock, inFlight } = setting
  const run = new ActiveRun(one.input, one.name, index, clock)
  run.onCallAfterEnd = setting.onCallAfterEnd
  const beside = hasHooks(setting) ? besideOf(setting, run, account) : nothingBeside
  if (setting.setup !== undefined) run.state = await callHook(setting, 'setup', run, beside, setting.setup, run)
  if (account !== undefined || hasFurtherLimits(setting.limits))
    enforceLimits(run, setting.limits, setting.prices, account)
  const cpuBeforeMs = setting.readCpuMs?.()
  run.readCpuMs = setting.readCpuMs
  run.startedMs = clock.nowMs()
  inFlight.add(run)
  // An execution that was ended during the set-up has stopped the run already, and wants no agent called.
  const settled = run.endedMs === undefined ? attribute(run, () => callAgent(setting.agent, run)) : done
  if (run.endedMs === undefined) await run.whenOver()
  inFlight.delete(run)
  const cpuMs = cpuBeforeMs === undefined ? undefined : (setting.readCpuMs?.() ?? cpuBeforeMs) - cpuBeforeMs
  const abandoned = run.stopped !== undefined && !(await within(clock, settled, setting.graceMs)).done
  // Without model calls there is nothing to wait for.
  const measured = measurementOf(run, setting.prices, cpuMs, abandoned)
  const measurement = measured instanceof Promise ? await measured : measured
  if (setting.check !== undefined && measurement.outcome === 'ok') {
    try {
      await judge(setting, setting.check, run, beside, one, measurement)
    } catch (error) {
      // What broke first is what the user has to mend; the state is given back all the same.
      await tearDown(setting, run, beside).catch(() => undefined)
      throw error
    }
  }
  if (setting.teardown !== undefined) await tearDown(setting, run, beside)
  if (beside === nothingBeside) return measurement
  beside.over = 'ended'
  if (beside.calls.length > 0) await countBeside(beside.calls, run.startedMs, measurement, setting.prices)
  return measurement
}

const nothingBeside: CallSink = { calls: [] }

function hasHooks({ setup, check, teardown }: RunSetting): boolean {
  return setup !== undefined || check !== undefined || teardown !== undefined
}

/** The scope of what is done beside the agent: the check and the hooks, whose model calls are not the agent's. */
function besideOf(setting: RunSetting, run: ActiveRun, account: Account | undefined): CallSink {
  const beside: CallSink = { calls: [], onCallAfterEnd: setting.onCallAfterEnd }
  if (account === undefined) return beside
  beside.onCallEnded = (wire) => {
    const spend = async () => {
      const call = await readAnswer(wire, run.startedMs)
      const usd = isAnswered(call) ? costOf(call, await pricingFor([call.model], setting.prices))?.usd : 0
      account.spend(usd ?? 0)
    }
    // What cannot be read is unknown, and counted as such in the end.
    spend().catch(() => undefined)
  }
  return beside
}

async function tearDown(setting: RunSetting, run: ActiveRun, beside: CallSink): Promise<void> {
  if (setting.teardown !== undefined) await callHook(setting, 'teardown', run, beside, setting.teardown, run.state)
}

function hasFurtherLimits(limits: Limits): boolean {
  for (const name in limits) if (name !== 'latencyMs') return true
  return false
}

const done = Promise.resolve()

function callAgent(agent: Agent, run: ActiveRun): Promise<void> {
  let returned: unknown
  try {
    returned = agent(run)
  } catch (error) {
    run.fail(error)
    return done
  }
  if (!isThenable(returned) && !isStream(returned)) {
    run.finish(returned)
    return done
  }
  return Promise.resolve(returned).then(
    (value) => (isStream(value) ? finishStream(value, run) : run.finish(value)),
    (error: unknown) => run.fail(error),
  )
}

async function finishStream(stream: unknown, run: ActiveRun): Promise<void> {
  try {
    const output = await drain(stream, (item) => {
      run.firstItem = { atMs: run.clock.nowMs(), isText: typeof item === 'string' }
    })
    run.finish(output)
  } catch (error) {
    run.fail(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

async function judge(
  setting: RunSetting,
  check: (checked: Checked) => unknown,
  run: ActiveRun,
  beside: CallSink,
  one: Case,
  measurement: RunMeasurement,
): Promise<void> {
  const scores = new Map<string, number>()
  const checked: Checked = {
    input: one.input,
    output: run.output,
    expected: one.expected,
    state: run.state,
    name: one.name,
    index: run.index,
    signal: run.signal,
    score: (name, value) => {
      scores.set(name, validScore(name, value))
    },
  }
  try {
    const judging = attribute(beside, async () => check(checked))
    const judged = await within(setting.clock, judging, setting.hookTimeoutMs)
    if (!judged.done) throw hookError('the check', run, `did not end within ${formatMs(setting.hookTimeoutMs)}`)
    if (judged.value === false) throw new Error('The check returned false')
  } catch (error) {
    if (error instanceof BenchAgentError) throw error
    Object.assign(measurement, await blame(error, beside.calls, run.startedMs))
  }
  measurement.scores = scores
}

/** A check that could not ask its own model says nothing about the agent: that is the infrastructure's failure. */
async function blame(error: unknown, wires: readonly WireCall[], startedMs: number): Promise<Ended> {
  const calls = await Promise.all(wires.map((wire) => readAnswer(wire, startedMs)))
  const ended = calls.length === 0 ? undefined : failureOf(error, calls)
  if (ended === undefined || ended.problem?.class === 'agent')
    return { outcome: 'wrong', problem: { message: messageOf(error) } }
  const message = `The check could not ask its model: ${ended.problem?.message}`
  return { ...ended, outcome: 'infrastructure', problem: { class: ended.problem?.class, message } }
}

async function countBeside(
  wires: readonly WireCall[],
  startedMs: number,
  measurement: RunMeasurement,
  prices: Prices,
): Promise<void> {
  const calls = await Promise.all(wires.map((wire) => readAnswer(wire, startedMs)))
  for (const wire of wires) forgetBodies(wire)
  const answered = calls.filter(isAnswered)
  const pricing = await pricingFor(
    answered.map((call) => call.model),
    prices,
  )
  const { inputTokens, outputTokens } = sumUsage(answered.map((call) => call.usage ?? {}))
  const costs = answered.map((call) => costOf(call, pricing)?.usd)
  measurement.beside = {
    modelCalls: calls.length,
    inputTokens: answered.length === 0 ? 0 : inputTokens,
    outputTokens: answered.length === 0 ? 0 : outputTokens,
    costUsd: calls.some(isUntold) ? undefined : sumKnown([0, ...costs]),
  }
  measurement.unpriced = [...measurement.unpriced, ...unpricedModels(answered, pricing)]
}

function validScore(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new BenchAgentError(
    'BENCH_AGENT_HOOK',
    `Expected score("${name}", …) to be a number from 0 to 1, got ${quoteValue(value)}. Divide it by its highest possible value.`,
  )
}

async function callHook<Given>(
  setting: RunSetting,
  hook: 'setup' | 'teardown',
  run: ActiveRun,
  beside: CallSink,
  call: (given: Given) => unknown,
  given: Given,
): Promise<unknown> {
  let outcome: Awaited<ReturnType<typeof within>>
  try {
    outcome = await within(
      setting.clock,
      attribute(beside, async () => call(given)),
      setting.hookTimeoutMs,
    )
  } catch (error) {
    throw hookError(`\`${hook}\``, run, `threw: ${messageOf(error)}`, error)
  }
  if (!outcome.done) throw hookError(`\`${hook}\``, run, `did not end within ${formatMs(setting.hookTimeoutMs)}`)
  return outcome.value
}

function hookError(hook: string, run: ActiveRun, what: string, cause?: unknown): BenchAgentError {
  const place = `${run.index < 0 ? 'warm-up run' : `run ${run.index + 1}`}, case "${run.name}"`
  const message = `Expected ${hook} to do its work, but it ${what} (${place}). The runs stop here; mend the hook, or raise \`hookTimeoutMs\` if it needs longer.`
  return new BenchAgentError('BENCH_AGENT_HOOK', message, { cause })
}
