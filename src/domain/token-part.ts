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

/**
 * What the parts of one run used. A step and an agent have the calls of which they are the innermost of their kind, so that those of
 * all add up; phases have all that lies in them. Where no framework tells of steps, each answer ends one.
 *
 * @param calls in the order of their start
 */
export function tokenShares(calls: readonly ModelCall[], spans: readonly Span[]): TokenShare[] {
  if (calls.length === 0) return []
  const uses = tokenUses(calls)
  const parts = new Map<string, { kind: TokenPartKind; name: string; members: number[] }>()
  const add = (kind: TokenPartKind, name: string, member: number) => {
    const key = `${kind} ${name}`
    const part = parts.get(key) ?? { kind, name, members: [] }
    parts.set(key, part)
    if (part.members.at(-1) !== member) part.members.push(member)
  }
  const hasSteps = spans.some(({ kind }) => kind === 'step')
  let answered = 0
  for (const [position, call] of calls.entries()) {
    if (!hasSteps) add('step', answered < mostNumbered ? `step ${answered + 1}` : 'later steps', position)
    if (isStep(call)) answered += 1
    const around = spansAround(spans, call)
    for (const { kind, name } of around) if (kind === 'phase') add(kind, name, position)
    for (const kind of ['step', 'agent'] as const) {
      const inner = around.find((span) => span.kind === kind)
      if (inner !== undefined) add(kind, inner.name, position)
    }
  }
  return [...parts.values()].map(({ kind, name, members }) => {
    const used = members.map((member) => uses[member])
    return { kind, name, modelCalls: members.length, use: sumTokenUse(used) }
  })
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
