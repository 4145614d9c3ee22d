import type { AdvicePlace } from '../../domain/advice.ts'
import { formatCount, formatMs } from '../../domain/format.ts'
import type { ModelCall } from '../../domain/span.ts'
import type { Span } from '../../domain/trace.ts'
import { meanOf, type Observation, type Rule, type SeenRun, usualPlace } from './evidence.ts'
import { agentAround, around, listOf, placeOfCall } from './places.ts'
import { aloneMs, stretchOf } from './stretches.ts'

/** Tools that one answer of a model asked for, and that did not all run at once. */
export interface ToolGroup {
  /** Names, in the order of their start. */
  names: string[]
  place: AdvicePlace[]
  /** With at least one of them at work, in milliseconds. */
  takenMs: number
  /** The longest of them. */
  longestMs: number
}

/**
 * Tools that the model asked for together, and that ran one after another. What would be saved is the time with at least one of
 * them at work, less the longest of them; time in which they kept the process to themselves is not counted, for computing does
 * not go on side by side.
 */
export const sequentialTools: Rule = ({ runs }) => {
  const groups = runs.map(toolGroups)
  const kinds = new Set(groups.flat().map(kindOf))
  return [...kinds].map((kind): Observation => {
    const ofRun = groups.map((all) => all.filter((group) => kindOf(group) === kind))
    const all = ofRun.flat()
    const names = all[0]?.names ?? []
    const [takenMs, longestMs] = [meanOf(all.map((one) => one.takenMs)), meanOf(all.map((one) => one.longestMs))]
    return {
      rule: 'sequentialTools',
      place: [...usualPlace(all.map(({ place }) => place)), ...[...new Set(names)].map(toolPlace)],
      savedMs: ofRun.map((some) => some.reduce((sum, one) => sum + one.takenMs - one.longestMs, 0)),
      cause: `The model asks for ${asked(names)} together, and they run one after another: ${formatMs(takenMs)}, the longest of them ${formatMs(longestMs)}.`,
      suggestion: 'Start them together and wait for all (`Promise.all`), where their order does not matter.',
      effort: 'small',
    }
  })
}

/** What of `run` would be saved by tools that run together, of the time of the tool `name`. */
export function savedTogetherMs(run: SeenRun, name: string): number {
  return toolGroups(run).reduce((sum, { names, takenMs, longestMs }) => {
    const share = names.filter((one) => one === name).length / names.length
    return sum + (takenMs - longestMs) * share
  }, 0)
}

/** The groups of tools of `run` that one answer asked for and that were at work one after another, at least in part. */
export function toolGroups(run: SeenRun): ToolGroup[] {
  return run.calls.flatMap((call, position) => {
    const tools = toolsAfter(run, call)
    if (tools.length < 2) return []
    const stretches = tools.map((span) => stretchOf(span, run.latencyMs))
    const takenMs = aloneMs(stretches, run.blocked)
    const longestMs = Math.max(...stretches.map((one) => aloneMs([one], run.blocked)))
    if (takenMs <= longestMs) return []
    return [{ names: tools.map(({ name }) => name), place: placeOfCall(run, position), takenMs, longestMs }]
  })
}

/** The tools at work for what `call` asked, as far as it asked for several. */
function toolsAfter({ calls, spans }: SeenRun, call: ModelCall): Span[] {
  const { toolCalls = 0, toolUses = [], endedAtMs } = call
  if (toolCalls < 2 || endedAtMs === undefined) return []
  const names = new Set(toolUses.map(({ name }) => name))
  const agent = agentAround(spans, call)
  // Of a stream, tools may start before it has ended.
  const fromMs = call.firstContentAtMs ?? endedAtMs
  const isTool = ({ kind, name }: Span) =>
    kind === 'tool' ? names.size === 0 || names.has(name) : kind === 'phase' && names.has(name)
  const after = spans.filter(
    (span) =>
      isTool(span) && span.startedAtMs >= fromMs && agentAround(spans, span) === agent && !isNested(spans, span),
  )
  // The next call of the same agent asks for others.
  const nextMs = calls
    .filter((one) => one.startedAtMs >= endedAtMs && agentAround(spans, one) === agent && !isNested(spans, one))
    .reduce((first, one) => Math.min(first, one.startedAtMs), Number.POSITIVE_INFINITY)
  return after.filter((span) => span.startedAtMs < nextMs).slice(0, toolCalls)
}

/** Whether `part` lies in a tool, which works for an answer before. */
function isNested(spans: readonly Span[], part: Pick<Span, 'within'>): boolean {
  return around(spans, part).some((position) => spans[position]?.kind === 'tool')
}

function kindOf({ names }: ToolGroup): string {
  return [...new Set(names)].sort().join('\n')
}

function toolPlace(name: string): AdvicePlace {
  return { kind: 'tool', name }
}

function asked(names: readonly string[]): string {
  const unique = [...new Set(names)]
  return unique.length === 1 ? `${formatCount(names.length)} calls of ${unique[0]}` : listOf(names)
}
