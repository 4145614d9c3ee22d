import { coveredMs, type TimeInterval } from '../../domain/intervals.ts'

/** `part` as far as it lies in a run of `latencyMs`; what is still open ends with the run. */
export function stretchOf(
  part: { startedAtMs: number; endedAtMs?: number | undefined },
  latencyMs: number,
): TimeInterval {
  const startMs = Math.min(latencyMs, Math.max(0, part.startedAtMs))
  return { startMs, endMs: Math.max(startMs, Math.min(latencyMs, part.endedAtMs ?? latencyMs)) }
}

/** How long at least one of `stretches` was on while none of `others` was, in milliseconds. */
export function aloneMs(stretches: readonly TimeInterval[], others: readonly TimeInterval[]): number {
  return coveredMs([...stretches, ...others]) - coveredMs(others)
}

/** The parts of `stretches` that lie in `bounds`. */
export function within(stretches: readonly TimeInterval[], bounds: TimeInterval): TimeInterval[] {
  return stretches.flatMap(({ startMs, endMs }) => {
    const part = { startMs: Math.max(bounds.startMs, startMs), endMs: Math.min(bounds.endMs, endMs) }
    return part.endMs > part.startMs ? [part] : []
  })
}
