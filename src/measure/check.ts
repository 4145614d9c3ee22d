import { attribute, type CallSink } from '../capture/attribution.ts'
import type { WireCall } from '../capture/wire-call.ts'
import type { Case } from '../domain/case.ts'
import { BenchAgentError, messageOf, quoteValue } from '../domain/errors.ts'
import { formatMs } from '../domain/format.ts'
import type { Checked } from '../domain/scenario.ts'
import type { ActiveRun } from './active-run.ts'
import { hookError } from './hook.ts'
import type { RunMeasurement } from './measurement.ts'
import { type Ended, failureOf } from './outcome.ts'
import { readAnswer } from './read-answer.ts'
import type { RunSetting } from './setting.ts'
import { within } from './within.ts'

/**
 * Lets `check` judge the answer of `run`, and puts what it finds into `measurement`.
 *
 * @throws BenchAgentError when it hangs, or scores beyond 0 to 1
 */
export async function judge(
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

function validScore(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new BenchAgentError(
    'BENCH_AGENT_HOOK',
    `Expected score("${name}", …) to be a number from 0 to 1, got ${quoteValue(value)}. Divide it by its highest possible value.`,
  )
}
