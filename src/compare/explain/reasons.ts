import { type Baseline, type Comparability, differences, type MetricValues } from '../../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import type { Reason } from '../../domain/impact.ts'
import { contestOf } from '../evidence/contest.ts'
import { standardError } from '../evidence/evidence.ts'
import { knownExecutions } from '../evidence/known-executions.ts'

/** What an execution did beside what got worse. */
export interface Behaviour {
  findings: readonly Finding[]
  values: MetricValues
  /** Values that are never judged. */
  explaining: MetricValues
  comparability: Comparability
}

/** How much of something a run did, before and now. */
interface Quantity {
  before: number
  after: number
  /** Standard error of the growth, as a logarithm or as a share of what was. */
  error: number
}

// A growth that noise makes in one of a thousand, and that is worth a word.
const certainty = 3
const smallestRatio = 0.1
// A part of the time that explains less of what was added is not what it is about.
const smallestShare = 0.25
// A cache that is hit this much less often, as a share of the input.
const cacheDrop = 0.1

/**
 * What changed together with the worsening of `metric` and would explain it, the largest part first; none where nothing is known of
 * it. It is arithmetic: what took the time, and what was done more often.
 */
export function reasonsOf(metric: BaselineMetric, behaviour: Behaviour, baseline: Baseline): Reason[] {
  if (metric === 'successRatio' || metric.startsWith('scores.')) return []
  const quantity = quantities(behaviour, baseline)
  return metric.startsWith('workingMs') || metric === 'ttftMs' ? reasonsOfTime(quantity) : reasonsOfUse(quantity)
}

type Quantities = (metric: BaselineMetric) => Quantity | undefined

function quantities({ findings, values, explaining, comparability }: Behaviour, baseline: Baseline): Quantities {
  const held = explainingBaseline(baseline, comparability)
  const all = withRest({ ...values, ...explaining })
  return (metric) => {
    const own = all[metric]
    const contest = own === undefined ? undefined : contestOf(metric, own, comparability, held)
    if (contest !== undefined && !('status' in contest) && contest.noise !== undefined)
      return {
        before: contest.reference.location,
        after: contest.line.location,
        error: standardError(contest.noise, true).error,
      }
    // Where only the committed line is known, the finding has been judged by it.
    const finding = findings.find((one) => one.metric === metric)
    if (finding?.baseline === undefined) return undefined
    const judged = finding.status === 'worse' || finding.status === 'accepted'
    return { before: finding.baseline.location, after: finding.candidate.location, error: judged ? 0 : 1 }
  }
}

/** What is known of the level on which the scenario is now, values that explain included; its committed lines know none of those. */
function explainingBaseline(baseline: Baseline, comparability: Comparability): Baseline {
  const comparable = baseline.history.filter((past) => differences(past, comparability).length === 0)
  const level = comparable.slice(0, knownExecutions(baseline, comparability))
  return {
    environmentKey: baseline.environmentKey,
    drift: baseline.drift,
    history: level.map((past) => ({
      ...past,
      committed: undefined,
      startsLevel: [],
      values: withRest({ ...past.values, ...past.explaining }),
    })),
  }
}

/** The name, for want of one, of what of a run was in neither a model call nor a tool: a time that is compared by no other. */
const rest = 'latencyMs' satisfies BaselineMetric

/** `values` with that rest, run for run, where all of it is known. */
function withRest(values: MetricValues): MetricValues {
  const { workingMs, modelMs, toolMs } = values
  if (workingMs === undefined || modelMs === undefined) return values
  const rests = workingMs.map((working, position) => {
    const model = modelMs[position] ?? []
    const tools = toolMs?.[position] ?? model.map(() => 0)
    // Else nobody knows which belongs to which run.
    if (working.length !== model.length || working.length !== tools.length) return []
    return working.map((value, run) => Math.max(0, value - (model[run] ?? 0) - (tools[run] ?? 0)))
  })
  return { ...values, [rest]: rests }
}

interface Weighed extends Reason {
  /** How much of what was added it explains. */
  weight: number
}

function reasonsOfTime(quantity: Quantities): Reason[] {
  const working = quantity('workingMs')
  const model = quantity('modelMs')
  if (working === undefined) return []
  if (model === undefined) return told(reasonsOfCalls(quantity, 1))
  const tools = quantity('toolMs') ?? { before: 0, after: 0, error: 0 }
  const added = working.after - working.before
  const code = quantity(rest) ?? { before: 0, after: 0, error: 0 }
  const isLarge = ({ before, after }: Quantity) => after - before >= smallestShare * added
  const isReason = (part: Quantity) => isLarge(part) && grew(part)
  return told([
    ...(isReason(model) ? reasonsOfCalls(quantity, model.after - model.before) : []),
    ...(isReason(tools) ? [weighed('tools', tools, tools.after - tools.before)] : []),
    ...(isReason(code) ? [weighed('code', code, code.after - code.before)] : []),
  ])
}

/** Why the model calls of a run take longer: more of them, longer answers, or calls that are slower by themselves. */
function reasonsOfCalls(quantity: Quantities, addedMs: number): Weighed[] {
  const steps = quantity('steps')
  const output = quantity('outputTokens')
  const model = quantity('modelMs')
  const call = over(model, steps)
  const pace = over(model, output)
  const isSlower = call !== undefined && grew(call) && (pace === undefined || grew(pace))
  const found = [
    ...(steps !== undefined && grew(steps) ? [weighed('steps', steps, growthOf(steps))] : []),
    ...answers(quantity),
    ...(isSlower ? [weighed('call', call, growthOf(pace ?? call))] : []),
  ]
  const all = found.reduce((sum, { weight }) => sum + weight, 0)
  const shared = found.map((reason) => ({ ...reason, weight: (addedMs * reason.weight) / all }))
  return [...shared, ...others(quantity)]
}

function reasonsOfUse(quantity: Quantities): Reason[] {
  const steps = quantity('steps')
  const prompt = over(quantity('inputTokens'), steps)
  return told([
    ...(steps !== undefined && grew(steps) ? [weighed('steps', steps, growthOf(steps))] : []),
    ...(prompt !== undefined && grew(prompt) ? [weighed('prompt', prompt, growthOf(prompt))] : []),
    ...answers(quantity),
    ...others(quantity),
  ])
}

/** Longer answers, or longer reasoning where that is most of what they grew by. */
function answers(quantity: Quantities): Weighed[] {
  const answer = over(quantity('outputTokens'), quantity('steps'))
  if (answer === undefined || !grew(answer)) return []
  const reasoning = over(quantity('reasoningTokens'), quantity('steps'))
  const added = answer.after - answer.before
  const isReasoning = reasoning !== undefined && reasoning.after - reasoning.before > added / 2
  return [weighed(isReasoning ? 'reasoning' : 'answer', isReasoning ? reasoning : answer, growthOf(answer))]
}

/** What makes calls slower and dearer without being more of them. */
function others(quantity: Quantities): Weighed[] {
  const retries = quantity('retries')
  const cached = quantity('cachedTokens')
  const input = quantity('inputTokens')
  const found: Weighed[] = []
  if (retries !== undefined && isMore(retries)) found.push(weighed('retries', retries, 0))
  if (cached !== undefined && input !== undefined && input.before > 0 && input.after > 0) {
    const before = cached.before / input.before
    const after = cached.after / input.after
    if (before - after >= cacheDrop && cached.before - cached.after > certainty * cached.error * cached.before)
      found.push({ kind: 'cache', before, after, weight: 0 })
  }
  return found
}

// A run that repeats a call in ten is worth a word, and what was 0 has grown by no share.
function isMore({ before, after, error }: Quantity): boolean {
  return after - before > Math.max(smallestRatio, certainty * error * (before || 1))
}

function over(part: Quantity | undefined, whole: Quantity | undefined): Quantity | undefined {
  if (part === undefined || whole === undefined || whole.before <= 0 || whole.after <= 0) return undefined
  return {
    before: part.before / whole.before,
    after: part.after / whole.after,
    error: Math.hypot(part.error, whole.error),
  }
}

function grew(one: Quantity): boolean {
  if (one.before <= 0) return one.after - one.before > certainty * one.error
  return growthOf(one) > Math.max(Math.log1p(smallestRatio), certainty * one.error)
}

/** The logarithm of the factor; of what left 0 that of a doubling. */
function growthOf({ before, after }: Quantity): number {
  return before > 0 && after > 0 ? Math.log(after / before) : Math.LN2
}

function weighed(kind: Reason['kind'], { before, after }: Quantity, weight: number): Weighed {
  return { kind, before, after, weight }
}

function told(reasons: readonly Weighed[]): Reason[] {
  return reasons
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ kind, before, after }) => ({ kind, before, after }))
}
