import { attribute, type CallSink } from '../capture/attribution.ts'
import type { Case } from '../domain/case.ts'
import type { Limits } from '../domain/limit.ts'
import type { Agent } from '../domain/scenario.ts'
import { ActiveRun } from './active-run.ts'
import { besideOf, hasHooks, measureBeside, nothingBeside } from './beside.ts'
import { judge } from './check.ts'
import { drain, isStream } from './drain.ts'
import { enforceLimits } from './enforce.ts'
import { callHook } from './hook.ts'
import { measurementOf, type RunMeasurement } from './measurement.ts'
import type { Account } from './meter.ts'
import type { RunSetting } from './setting.ts'
import { within } from './within.ts'

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
  const run = new ActiveRun(one.input, one.name, index, clock, setting.sizeOf?.(index))
  run.onCallAfterEnd = setting.onCallAfterEnd
  run.execution = inFlight
  run.onCalls = setting.onCalls && ((calls) => setting.onCalls?.(index, calls))
  const beside = hasHooks(setting) ? besideOf(setting, run, account) : nothingBeside
  if (setting.setup !== undefined) run.state = await callHook(setting, 'setup', run, beside, setting.setup, run)
  if (account !== undefined || hasFurtherLimits(setting.limits))
    enforceLimits(run, setting.limits, setting.prices, account)
  run.belongings = setting.belongings
  const childCpu = setting.readCpuMs === undefined ? undefined : setting.belongings?.processes
  const childCpuBeforeMs = childCpu?.cpuMs()
  setting.beforeAgent?.()
  const cpuBeforeMs = setting.readCpuMs?.()
  run.readCpuMs = setting.readCpuMs
  run.startedMs = clock.nowMs()
  inFlight.add(run)
  // An execution that was ended during the set-up has stopped the run already, and wants no agent called.
  const settled = run.endedMs === undefined ? attribute(run, () => callAgent(setting.agent, run)) : done
  if (run.endedMs === undefined) await run.whenOver()
  inFlight.delete(run)
  setting.afterAgent?.()
  const cpuMs = cpuBeforeMs === undefined ? undefined : (setting.readCpuMs?.() ?? cpuBeforeMs) - cpuBeforeMs
  const childCpuMs = childCpu?.cpuMs()
  const abandoned = run.stopped !== undefined && !(await within(clock, settled, setting.graceMs)).done
  // Without model calls there is nothing to wait for.
  const measured = measurementOf(run, setting.prices, cpuMs, abandoned)
  const measurement = measured instanceof Promise ? await measured : measured
  if (childCpuMs !== undefined)
    measurement.values.childCpuMs = childCpuMs - (childCpuBeforeMs ?? childCpu?.cpuBeforeMs() ?? childCpuMs)
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
  if (beside.calls.length > 0) {
    setting.onCalls?.(index, beside.calls, true)
    await addBeside(measurement, beside, run, setting)
  }
  return measurement
}

async function addBeside(
  measurement: RunMeasurement,
  { calls }: CallSink,
  { startedMs }: ActiveRun,
  { prices }: RunSetting,
): Promise<void> {
  const { beside, costs } = await measureBeside(calls, startedMs, prices)
  measurement.beside = beside
  measurement.unpriced = [...measurement.unpriced, ...costs.unpriced]
  measurement.priced = [...measurement.priced, ...costs.priced]
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
