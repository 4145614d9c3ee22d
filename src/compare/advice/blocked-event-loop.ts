import type { AdvicePlace } from '../../domain/advice.ts'
import { formatMs, formatRatio } from '../../domain/format.ts'
import { coveredMs, type TimeInterval } from '../../domain/intervals.ts'
import type { Span } from '../../domain/trace.ts'
import { meanOf, type Rule, type SeenRun, usualPlace } from './evidence.ts'
import { around, placeAround } from './places.ts'
import { aloneMs, stretchOf, within } from './stretches.ts'

// What is shorter, other requests of the process hardly notice.
const longMs = 50
// Of a run that was alone, nobody else waited: only what would hold up others for good is told.
const aloneRatio = 0.2
// A run now and then is one that loads code, or collects garbage.
const oftenRatio = 0.5

/**
 * Code that computes for 50 ms and longer at a time, in which nothing else of the process goes on. Where several runs are in
 * flight, what would be saved is the time by which blocks held up model calls: what of a call lies in blocks in which its run
 * computed nothing itself, at most what it took longer than such a call takes. Where one run is in flight, nobody knows who
 * would wait.
 */
export const blockedEventLoop: Rule = ({ runs, alone }) => {
  const latencyMs = meanOf(runs.map((run) => run.latencyMs))
  const blocks = runs.map(({ blocked }) => blocked.filter(({ startMs, endMs }) => endMs - startMs >= longMs))
  const all = blocks.flat()
  const takenMs = blocks.map((some) => coveredMs(some))
  const share = latencyMs === 0 ? 0 : meanOf(takenMs) / latencyMs
  const often = takenMs.filter((ms) => ms > 0).length >= oftenRatio * runs.length
  if (all.length === 0 || !often || (alone && share < aloneRatio)) return []
  const usual = usualMs(runs)
  const lengths = all.map(({ startMs, endMs }) => endMs - startMs)
  const places = runs.flatMap((run, index) => (blocks[index] ?? []).flatMap((one) => placeOf(run, one)))
  return [
    {
      rule: 'blockedEventLoop',
      place: usualPlace(places),
      savedMs: alone ? undefined : runs.map((run, index) => heldUpMs(run, blocks[index] ?? [], usual)),
      takenMs,
      cause: `The process computes for ${formatMs(meanOf(lengths))} at a time, up to ${formatMs(Math.max(...lengths))}, and answers to nothing else meanwhile: ${formatRatio(share)} of the time of a run.`,
      suggestion:
        'Move the work to a worker thread (`node:worker_threads`), or do it in pieces with a pause between them, so that other requests go on.',
      effort: 'large',
    },
  ]
}

/** How long a model call takes that nothing held up, by its position in the run: the shortest that was seen. */
function usualMs(runs: readonly SeenRun[]): number[] {
  const shortest: number[] = []
  for (const { calls, latencyMs } of runs)
    for (const [position, call] of calls.entries()) {
      const { startMs, endMs } = stretchOf(call, latencyMs)
      shortest[position] = Math.min(shortest[position] ?? Number.POSITIVE_INFINITY, endMs - startMs)
    }
  return shortest
}

function heldUpMs(run: SeenRun, blocks: readonly TimeInterval[], usual: readonly number[]): number {
  const own = blocks.flatMap((block) => computing(run, block))
  return run.calls.reduce((sum, call, position) => {
    const stretch = stretchOf(call, run.latencyMs)
    const blockedMs = aloneMs(within(blocks, stretch), within(own, stretch))
    const longerMs = stretch.endMs - stretch.startMs - (usual[position] ?? 0)
    return sum + Math.min(blockedMs, Math.max(0, longerMs))
  }, 0)
}

/** The innermost parts of `run` that lie in `block` but for their margins: what computed there. */
function computing(run: SeenRun, block: TimeInterval): TimeInterval[] {
  return computingSpans(run, block).map((span) => stretchOf(span, run.latencyMs))
}

const mostlyRatio = 0.5

function computingSpans({ spans, latencyMs }: SeenRun, block: TimeInterval): Span[] {
  const inside = spans.filter((span) => {
    if (span.kind !== 'tool' && span.kind !== 'phase') return false
    const stretch = stretchOf(span, latencyMs)
    const durationMs = stretch.endMs - stretch.startMs
    return durationMs > 0 && coveredMs(within([stretch], block)) >= mostlyRatio * durationMs
  })
  return inside.filter((span) => !inside.some((other) => around(spans, other).includes(spans.indexOf(span))))
}

function placeOf(run: SeenRun, block: TimeInterval): AdvicePlace[][] {
  const found = computingSpans(run, block).sort((a, b) => lengthOf(b, run) - lengthOf(a, run))[0]
  return found === undefined ? [] : [[...placeAround(run.spans, found), { kind: found.kind, name: found.name }]]
}

function lengthOf(span: Span, { latencyMs }: SeenRun): number {
  const { startMs, endMs } = stretchOf(span, latencyMs)
  return endMs - startMs
}
