import type { ModelCall } from './span.ts'
import { sumTokenUse, type TokenUse, tokenUses } from './token-use.ts'
import type { Span } from './trace.ts'

/**
 * What a share of the tokens belongs to.
 *
 * - `step`: a round of an agent's loop, as its framework tells, else by its number in the run
 * - `phase`: named by the agent's code, see `run.phase`
 * - `agent`: one agent of several, without those that it has at work for it
 */
export const tokenPartKinds = ['step', 'phase', 'agent'] as const
/** One of {@link tokenPartKinds}. */
export type TokenPartKind = (typeof tokenPartKinds)[number]

/** What one part of one run used, however often it came. */
export interface TokenShare {
  kind: TokenPartKind
  name: string
  modelCalls: number
  use: TokenUse
}

// More steps than these are a loop, and told as one.
const mostNumbered = 20

/** What was reported by hand, and in which span. */
export interface ReportedShare extends Pick<Span, 'within'> {
  modelCalls: number
  use: TokenUse
}

/**
 * What the parts of one run used. A step and an agent have the calls of which they are the innermost of their kind, so that those of
 * all add up; phases have all that lies in them. Where no framework tells of steps, each answer ends one; where there are several
 * agents, a step is called after its own.
 *
 * @param calls in the order of their start
 * @param covered those that reports by hand stand in for
 */
export function tokenShares(
  calls: readonly ModelCall[],
  spans: readonly Span[],
  reported: readonly ReportedShare[] = [],
  covered: ReadonlySet<ModelCall> = new Set(),
): TokenShare[] {
  const uses = tokenUses(calls)
  const seen = calls.flatMap((call, position) => {
    const use = uses[position]
    return covered.has(call) ? [] : [{ within: call.within, modelCalls: 1, use, isStep: isStep(call) }]
  })
  const parts = new Map<string, { kind: TokenPartKind; name: string; members: Member[] }>()
  const add = (kind: TokenPartKind, name: string, member: Member) => {
    const key = `${kind} ${name}`
    const part = parts.get(key) ?? { kind, name, members: [] }
    parts.set(key, part)
    if (part.members.at(-1) !== member) part.members.push(member)
  }
  const hasSteps = spans.some(({ kind }) => kind === 'step')
  const agents = new Set(spans.filter(({ kind }) => kind === 'agent').map(({ name }) => name))
  let answered = 0
  for (const member of [...seen, ...reported]) {
    const around = spansAround(spans, member)
    const [step, agent] = (['step', 'agent'] as const).map((kind) => around.find((span) => span.kind === kind))
    const numbered = answered < mostNumbered ? `step ${answered + 1}` : 'later steps'
    if (hasSteps && step !== undefined) add('step', stepName(step, agents.size > 1 ? agent : undefined), member)
    if (!hasSteps && 'isStep' in member) add('step', numbered, member)
    if ('isStep' in member && member.isStep) answered += 1
    for (const { kind, name } of around) if (kind === 'phase') add(kind, name, member)
    if (agent !== undefined) add('agent', agent.name, member)
  }
  return [...parts.values()].map(({ kind, name, members }) => {
    const modelCalls = members.reduce((sum, member) => sum + member.modelCalls, 0)
    return { kind, name, modelCalls, use: sumTokenUse(members.map(({ use }) => use)) }
  })
}

interface Member extends Pick<Span, 'within'> {
  modelCalls: number
  use: TokenUse | undefined
}

function stepName({ name }: Span, agent: Span | undefined): string {
  return agent === undefined ? name : `${agent.name}: ${name}`
}

/** The spans that `part` lies in, from the innermost outwards. */
export function spansAround(spans: readonly Span[], part: Pick<Span, 'within'>): Span[] {
  const around: Span[] = []
  for (let at = part.within; at !== undefined; at = spans[at]?.within) {
    const span = spans[at]
    // A span begins before what lies in it, so that the way out is no longer than there are spans.
    if (span === undefined || around.length > spans.length) break
    around.push(span)
  }
  return around
}

function isStep({ status, failure, embeds }: ModelCall): boolean {
  return status !== undefined && status < 300 && failure === undefined && embeds !== true
}
