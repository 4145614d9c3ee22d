import { sumKnown } from '../domain/usage.ts'
import type { SpentBeside } from '../measure/beside.ts'
import type { RunMeasurement } from '../measure/measurement.ts'
import type { ListPrice } from '../measure/pricing.ts'

/** What adds up over the runs of an execution besides its samples; models and money also over the warm-up. */
export interface Tally {
  models: Set<string>
  /** Models that were called and have no price. */
  unpriced: Set<string>
  /** What was spent as far as it is known, judging included, in US dollars. */
  spentUsd: number
  /** How models were priced that the public list was asked for, by model. */
  listPrices: Map<string, ListPrice>
  /** What the model calls of the check and the hooks came to; absent when it made none. */
  beside?: SpentBeside | undefined
  /** Runs whose tokens were counted by a tokenizer, all or some of them. */
  estimated: number
  /** Connections whose content is not read. */
  realtimeCalls: number
  /** Model calls that came to no end or belong to no run, so that nobody knows what they cost. */
  untold: number
  /** Runs whose cost is unknown. */
  unknownCosts: number
  /** Runs that left a model call open. */
  openStreams: number
  /** Runs that were ok, though every one of their model calls had failed; with the failure of the latest. */
  unanswered: { runs: number; failure: string }
  /** Of each tool that models asked for again with the same arguments: how often, in how many runs, and how often in one at most. */
  repeatedTools: Map<string, { times: number; runs: number; most: number }>
  /** Runs whose agent went on after its signal was aborted. */
  abandoned: number
  /** Runs in which a model call was seen or reported. */
  runsWithCalls: number
  /** Answers whose tokens nobody told. */
  unknownTokens: number
  /** The provider's refusal that stops the execution; absent without one. */
  refused?: { status: number; url: string; message: string } | undefined
  /** The first run of the warm-up; absent without one. */
  coldStart?: { latencyMs: number; outcome: RunMeasurement['outcome'] } | undefined
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return {
    models: new Set(),
    unpriced: new Set(),
    listPrices: new Map(),
    estimated: 0,
    realtimeCalls: 0,
    untold: 0,
    spentUsd: 0,
    unknownCosts: 0,
    openStreams: 0,
    unanswered: { runs: 0, failure: '' },
    repeatedTools: new Map(),
    abandoned: 0,
    runsWithCalls: 0,
    unknownTokens: 0,
  }
}

function addBeside(a: SpentBeside, b: SpentBeside): SpentBeside {
  return {
    modelCalls: a.modelCalls + b.modelCalls,
    inputTokens: sumKnown([a.inputTokens, b.inputTokens]),
    outputTokens: sumKnown([a.outputTokens, b.outputTokens]),
    costUsd: sumKnown([a.costUsd, b.costUsd]),
  }
}

/** Adds to `tally` what counts of every run, warm-up included: models and money. */
export function tallySpend(tally: Tally, run: RunMeasurement): void {
  for (const model of run.models) tally.models.add(model)
  for (const model of run.unpriced) tally.unpriced.add(model)
  for (const price of run.priced) tally.listPrices.set(price.model, price)
  const judgeUsd = run.beside === undefined ? 0 : run.beside.costUsd
  tally.spentUsd += (run.spentUsd ?? 0) + (judgeUsd ?? 0)
  tally.untold += run.untold
  if (run.spentUsd === undefined || judgeUsd === undefined) tally.unknownCosts += 1
  if (run.refused !== undefined) tally.refused ??= { ...run.refused, message: run.problem?.message ?? '' }
}

/** Adds a measured run to `tally`. */
export function tallyRun(tally: Tally, run: RunMeasurement): void {
  tallySpend(tally, run)
  if (run.beside !== undefined)
    tally.beside = tally.beside === undefined ? run.beside : addBeside(tally.beside, run.beside)
  if (run.values.estimatedTokens !== undefined) tally.estimated += 1
  if (run.calls.length > 0) tallyCalls(tally, run)
  if (run.openStreams > 0) tally.openStreams += 1
  if (run.abandoned) tally.abandoned += 1
  if (run.values.modelCalls !== undefined) {
    tally.runsWithCalls += 1
    const answered = run.outcome === 'ok' || run.outcome === 'wrong'
    if (answered && run.values.outputTokens === undefined) tally.unknownTokens += 1
  }
}

function tallyCalls(tally: Tally, run: RunMeasurement): void {
  const failure = failureOfAll(run)
  if (failure !== undefined) tally.unanswered = { runs: tally.unanswered.runs + 1, failure }
  tally.realtimeCalls += run.calls.filter(({ api }) => api === 'realtime').length
  const repeated = run.calls.flatMap(({ toolUses = [] }) => toolUses.filter((use) => use.repeated === true))
  for (const [name, uses] of Map.groupBy(repeated, (use) => use.name)) {
    const before = tally.repeatedTools.get(name) ?? { times: 0, runs: 0, most: 0 }
    const times = before.times + uses.length
    tally.repeatedTools.set(name, { times, runs: before.runs + 1, most: Math.max(before.most, uses.length) })
  }
}

function failureOfAll({ outcome, calls }: RunMeasurement): string | undefined {
  if (outcome !== 'ok' || calls.some(({ failure }) => failure === undefined)) return undefined
  return calls.at(-1)?.failure?.message
}
