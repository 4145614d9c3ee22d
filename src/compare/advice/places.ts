import type { AdvicePlace } from '../../domain/advice.ts'
import type { Span } from '../../domain/trace.ts'
import type { SeenRun } from './evidence.ts'

/** Positions of the spans around `part`, the innermost first. */
export function around(spans: readonly Span[], part: Pick<Span, 'within'>): number[] {
  const found: number[] = []
  for (let at = part.within; at !== undefined && !found.includes(at); at = spans[at]?.within) found.push(at)
  return found
}

/** Position of the innermost agent around `part`; absent outside any. */
export function agentAround(spans: readonly Span[], part: Pick<Span, 'within'>): number | undefined {
  return around(spans, part).find((position) => spans[position]?.kind === 'agent')
}

/** The named parts around `part`, from the outside in. */
export function placeAround(spans: readonly Span[], part: Pick<Span, 'within'>): AdvicePlace[] {
  return around(spans, part)
    .reverse()
    .flatMap((position) => {
      const span = spans[position]
      return span === undefined ? [] : [{ kind: span.kind, name: span.name }]
    })
}

/** Where the model call at `position` was made: the parts around it, and which call of the run it is where no step says so. */
export function placeOfCall({ calls, spans }: SeenRun, position: number): AdvicePlace[] {
  const place = placeAround(spans, calls[position] ?? {})
  const isTold = place.some(({ kind }) => kind === 'step')
  return isTold ? place : [...place, { kind: 'modelCall', name: `model call ${position + 1}` }]
}

/** Host and port that `url` names; the whole of it when it cannot be read. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

/** `names` as people list them: `a, b and c`, each once. */
export function listOf(names: readonly string[]): string {
  const unique = [...new Set(names)]
  const last = unique.at(-1) ?? ''
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} and ${last}`
}
