import type { CallSink } from '../capture/attribution.ts'
import { forgetBodies, type WireCall } from '../capture/wire-call.ts'
import type { Prices } from '../domain/price.ts'
import { isAnswered } from '../domain/span.ts'
import type { ActiveRun } from './active-run.ts'
import { valuesOf } from './call-values.ts'
import { type Costs, costsOf } from './cost.ts'
import type { Account } from './meter.ts'
import { costOf, pricingFor } from './pricing.ts'
import { readAnswer } from './read-answer.ts'
import type { RunSetting } from './setting.ts'

/** What model calls beside the agent came to: those of the check and the hooks. */
export interface SpentBeside {
  modelCalls: number
  /** Absent when an answer did not tell. */
  inputTokens?: number | undefined
  outputTokens?: number | undefined
  /** Absent when unknown. */
  costUsd?: number | undefined
}

/** The scope of what is done beside an agent without hooks and check: nothing. */
export const nothingBeside: CallSink = { calls: [] }

/** Whether anything is done beside the agent. */
export function hasHooks({ setup, check, teardown }: RunSetting): boolean {
  return setup !== undefined || check !== undefined || teardown !== undefined
}

/** The scope of what is done beside the agent: the check and the hooks, whose model calls are not the agent's. */
export function besideOf(setting: RunSetting, run: ActiveRun, account: Account | undefined): CallSink {
  const { onCallAfterEnd, inFlight } = setting
  const beside: CallSink = { calls: [], beside: true, onCallAfterEnd, execution: inFlight, index: run.index }
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

/** What the calls of `wires`, made beside the agent, came to, and what they cost. */
export async function measureBeside(
  wires: readonly WireCall[],
  startedMs: number,
  prices: Prices,
): Promise<{ beside: SpentBeside; costs: Costs }> {
  const calls = await Promise.all(wires.map((wire) => readAnswer(wire, startedMs)))
  for (const wire of wires) forgetBodies(wire)
  const models = calls.filter(isAnswered).map((call) => call.model)
  const costs = costsOf(calls, [], await pricingFor(models, prices))
  const { inputTokens, outputTokens } = valuesOf({ calls, spans: [], spansAreAll: true, reported: [], latencyMs: 0 })
  const costUsd = costs.untold > 0 ? undefined : costs.spentUsd
  return { beside: { modelCalls: calls.length, inputTokens, outputTokens, costUsd }, costs }
}
