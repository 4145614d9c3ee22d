import type { SampleColumns } from '../domain/record.ts'
import type { Histogram } from '../stats/histogram.ts'
import { quantile } from '../stats/quantile.ts'
import { sorted } from '../stats/sorted.ts'

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
// Below this share of the median, differences are drawn as small as they are, or noise would look like mountains.
const smallestSpanRatio = 0.25

/**
 * `values` in their order as a row of blocks, lowest to highest: each block is the median of as many neighbours; a space where none of
 * them is known.
 *
 * @param most blocks at most, 1 or more
 * @default most 20
 */
export function sparkline(values: readonly (number | null)[], most = 20): string {
  const medians = binned(values, Math.min(most, values.length)).map(medianOf)
  const known = medians.filter((median) => median !== undefined)
  const low = Math.min(...known)
  const middle = middleOf(known) ?? 0
  const span = Math.max(Math.max(...known) - low, smallestSpanRatio * Math.abs(middle))
  return medians.map((median) => (median === undefined ? ' ' : block(span === 0 ? 0 : (median - low) / span))).join('')
}

function medianOf(bin: readonly (number | null)[]): number | undefined {
  return middleOf(bin.filter((value) => value !== null))
}

function middleOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : quantile(sorted(values), 0.5)
}

/** The bins of `histogram` as a row of blocks, by their share of the fullest; an empty one is a space. */
export function histogramBar({ counts }: Histogram): string {
  const most = Math.max(...counts)
  return counts.map((count) => (count === 0 ? ' ' : block((count - 1) / Math.max(1, most - 1)))).join('')
}

/** Latencies of `samples` in milliseconds, in the order in which the runs started; without runs that have none to speak of. */
export function latencySeries(samples: SampleColumns): number[] {
  return samples.startedAtMs
    .map((startedAtMs, index) => ({ startedAtMs, index }))
    .sort((a, b) => a.startedAtMs - b.startedAtMs)
    .flatMap(({ startedAtMs, index }) => {
      const outcome = samples.outcome[index]
      const endedAtMs = samples.endedAtMs[index]
      const timed = endedAtMs !== undefined && outcome !== 'error' && outcome !== 'infrastructure'
      return timed ? [endedAtMs - startedAtMs] : []
    })
}

function block(share: number): string {
  return blocks[Math.min(blocks.length - 1, Math.max(0, Math.round(share * (blocks.length - 1))))] ?? blocks[0]
}

function binned<Value>(values: readonly Value[], count: number): Value[][] {
  return Array.from({ length: count }, (_, bin) =>
    values.slice(Math.floor((bin * values.length) / count), Math.floor(((bin + 1) * values.length) / count)),
  )
}
