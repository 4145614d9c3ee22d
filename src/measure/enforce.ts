import { causesOf, networkClass } from '../capture/failure.ts'
import type { WireCall } from '../capture/wire-call.ts'
import { formatValue } from '../domain/format.ts'
import { brokenLimit, type Limits } from '../domain/limit.ts'
import { metrics } from '../domain/metric.ts'
import type { Prices } from '../domain/price.ts'
import { isAnswered } from '../domain/span.ts'
import type { Usage } from '../domain/usage.ts'
import type { ActiveRun } from './active-run.ts'
import type { Account } from './meter.ts'
import { costOf, type Pricing, pricingFor, reportedUsd } from './pricing.ts'
import { readAnswer } from './read-answer.ts'

/**
 * Stops `run` as soon as one of `limits` on its model calls, tokens, tool calls or cost is passed. Every call is read as it
 * ends, so that what a run has spent counts while it is on.
 *
 * @param account told what the run spends; absent when nobody asks
 */
export function enforceLimits(run: ActiveRun, limits: Limits, prices: Prices, account?: Account): void {
  const spent = { modelCalls: 0, steps: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: 0 }
  const readsCosts = account !== undefined || limits.costUsd !== undefined
  const readsAnswers =
    readsCosts || Object.keys(limits).some((name) => !['latencyMs', 'modelCalls', 'steps'].includes(name))

  const enforce = () => {
    const broken = brokenLimit(limits, spent)
    if (broken === undefined) return
    const { label, unit } = metrics[broken.name]
    const message = `${label} reached ${formatValue(unit, broken.value)}, over its limit of ${formatValue(unit, broken.limit)}`
    // Not at once: this may be called from inside the client that the stop would abort.
    queueMicrotask(() => run.stop({ outcome: 'limit', message }))
  }
  const addTokens = ({ inputTokens = 0, outputTokens = 0 }: Usage, toolCalls = 0) => {
    spent.toolCalls += toolCalls
    spent.inputTokens += inputTokens
    spent.outputTokens += outputTokens
    spent.totalTokens = spent.inputTokens + spent.outputTokens
    enforce()
  }
  const addCost = async (model: string | undefined, costIn: (pricing: Pricing) => number | undefined) => {
    if (!readsCosts) return
    const usd = costIn(await pricingFor([model], prices))
    if (usd === undefined) return
    account?.spend(usd)
    spent.costUsd = plus(spent.costUsd, usd)
    enforce()
  }

  run.onCallStarted = (wire) => {
    spent.modelCalls += 1
    if (isStep(wire)) spent.steps += 1
    enforce()
  }
  run.onCallEnded = (wire) => {
    if (isStep(wire) && hasFailed(wire)) spent.steps -= 1
    if (!readsAnswers || !isAnswered(wire)) return
    readAnswer(wire, run.startedMs).then(
      (call) => {
        addTokens(call.usage ?? {}, call.toolCalls)
        return addCost(call.model, (pricing) => costOf(call, pricing)?.usd)
      },
      // A body that cannot be read has unknown tokens, which pass no limit; the measurement reports them as unknown.
      () => undefined,
    )
  }
  run.onUsage = (used) => {
    spent.modelCalls += used.modelCalls ?? 1
    spent.steps += used.modelCalls ?? 1
    addTokens(used, used.toolCalls)
    void addCost(used.model, (pricing) => reportedUsd(used, pricing))
  }
}

function isStep({ protocol }: WireCall): boolean {
  return protocol.embeds !== true
}

// An answer that the agent broke off is one all the same: an agent that does so for ever must not escape its limit.
function hasFailed({ status, error }: WireCall): boolean {
  return (status ?? 500) >= 400 || causesOf(error).some((cause) => networkClass(cause) !== undefined)
}

// $0.1 and $0.2 are $0.3, and not the last bit more that would be over a limit of $0.3.
function plus(a: number, b: number): number {
  return Number((a + b).toPrecision(12))
}
