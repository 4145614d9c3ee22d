import { formatMs, formatRatio, plural } from '../../domain/format.ts'
import type { Span } from '../../domain/trace.ts'
import { meanOf, type Observation, type Rule, type SeenRun, usualPlace } from './evidence.ts'
import { around, placeAround } from './places.ts'
import { savedTogetherMs } from './sequential-tools.ts'
import { aloneMs, stretchOf } from './stretches.ts'

// More than all the rest together.
const slowRatio = 0.5

/**
 * A tool that takes most of the time of runs: the time in which it was at work and neither a model call nor another tool was,
 * without what would be saved by running tools together, and without what it computed itself. That much is saved at most, if it
 * took no time at all.
 */
export const slowTool: Rule = ({ runs }) => {
  const names = new Set(
    runs.flatMap(({ spans }) => spans.filter(({ kind }) => kind === 'tool').map(({ name }) => name)),
  )
  const latencyMs = meanOf(runs.map((run) => run.latencyMs))
  return [...names].flatMap((name): Observation[] => {
    const savedMs = runs.map((run) => Math.max(0, ownMs(run, name) - savedTogetherMs(run, name)))
    const ms = meanOf(savedMs)
    if (latencyMs === 0 || ms / latencyMs < slowRatio) return []
    const uses = runs.flatMap((run) => run.spans.filter((span) => isNamed(span, name)).map((span) => ({ run, span })))
    const durations = uses.map(({ run, span }) => stretchOf(span, run.latencyMs)).map((one) => one.endMs - one.startMs)
    return [
      {
        rule: 'slowTool',
        place: [...usualPlace(uses.map(({ run, span }) => stepAround(run, span))), { kind: 'tool', name }],
        savedMs,
        cause: `${formatRatio(ms / latencyMs)} of a run is spent in ${name} alone: ${plural(uses.length / runs.length, 'call')} a run, ${formatMs(meanOf(durations))} each.`,
        suggestion:
          'Make it faster, keep what it found before, or start it as soon as its input is known; give it a time limit.',
        effort: 'medium',
      },
    ]
  })
}

function ownMs(run: SeenRun, name: string): number {
  const { spans, calls, latencyMs, blocked } = run
  const positions = new Set(spans.flatMap((span, position) => (isNamed(span, name) ? [position] : [])))
  const lies = (part: Pick<Span, 'within'>) => around(spans, part).some((position) => positions.has(position))
  const own = [...positions].flatMap((position) => spans[position] ?? [])
  // What a tool does inside is its own, but for model calls.
  const others = spans.filter(
    (span) => span.kind === 'tool' && span.name !== name && !lies(span) && !holds(spans, span, positions),
  )
  const stretches = [...others, ...calls.filter(({ api }) => api !== 'realtime')].map((one) =>
    stretchOf(one, latencyMs),
  )
  return aloneMs(
    own.map((one) => stretchOf(one, latencyMs)),
    [...stretches, ...blocked],
  )
}

/** Whether one of the spans at `positions` lies in `outer`. */
function holds(spans: readonly Span[], outer: Span, positions: ReadonlySet<number>): boolean {
  const at = spans.indexOf(outer)
  return [...positions].some((position) => around(spans, spans[position] ?? {}).includes(at))
}

function isNamed({ kind, name }: Span, wanted: string): boolean {
  return kind === 'tool' && name === wanted
}

function stepAround({ spans }: SeenRun, span: Span) {
  return placeAround(spans, span).filter(({ kind }) => kind !== 'tool')
}
