import { causesOf, networkClass } from '../capture/failure.ts'
import type { WireCall } from '../capture/wire-call.ts'
import { formatValue } from '../domain/format.ts'
import { brokenLimit, type Limits } from '../domain/limit.ts'
import { metrics } from '../domain/metric.ts'
import type { Prices } from '../domain/price.ts'
import type { ReportedUsage } from '../domain/scenario.ts'
import type { ActiveRun } from './active-run.ts'
import type { Meter } from './meter.ts'
import { pricingFor, reportedUsd } from './pricing.ts'
import { readAnswer } from './read-answer.ts'

/**
 * Stops `run` as soon as one of `limits` on its model calls, tokens, tool calls or cost is passed. Every call is read as it
 * ends, so that what a run has spent counts while it is on.
 *
 * @param meter told what the run has spent so far; absent when nobody asks
 */
export function enforceLimits(run: ActiveRun, limits: Limits, prices: Prices, meter?: Meter): void {
  const spent = { modelCalls: 0, steps: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: 0 }
  const readsCosts = meter !== undefined || limits.costUsd !== undefined
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
  const add = async (used: ReportedUsage) => {
    spent.toolCalls += used.toolCalls ?? 0
    spent.inputTokens += used.inputTokens ?? 0
    spent.outputTokens += used.outputTokens ?? 0
    spent.totalTokens = spent.inputTokens + spent.outputTokens
    enforce()
    if (!readsCosts) return
    const usd = reportedUsd(used, await pricingFor([used.model], prices))
    // What is still counted when the run is over is in its measurement.
    if (usd === undefined || run.endedMs !== undefined) return
    spent.costUsd = plus(spent.costUsd, usd)
    meter?.set(run, spent.costUsd)
    enforce()
  }

  run.onCallStarted = (wire) => {
    spent.modelCalls += 1
    if (isStep(wire)) spent.steps += 1
    enforce()
  }
  run.onCallEnded = (wire) => {
    if (isStep(wire) && hasFailed(wire)) spent.steps -= 1
    if (!readsAnswers || (wire.status ?? 500) >= 400) return
    readAnswer(wire, run.startedMs).then(
      (call) => void add({ ...call.usage, model: call.model, toolCalls: call.toolCalls }),
      // A body that cannot be read has unknown tokens, which pass no limit; the measurement reports them as unknown.
      () => undefined,
    )
  }
  run.onUsage = (used) => {
    spent.modelCalls += used.modelCalls ?? 1
    spent.steps += used.modelCalls ?? 1
    void add(used)
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
