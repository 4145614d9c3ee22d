import type { Check } from '../../domain/check.ts'
import { formatMs } from '../../domain/format.ts'
import { isOpen, type Segment } from '../../domain/load/load.ts'
import type { ExecutionRecord } from '../../domain/record.ts'

/** An execution that made a part of a load. */
export interface MadePart {
  record: ExecutionRecord
  /** Start of its load on the clock of the whole, in milliseconds. */
  startsAtMs: number
}

// Further apart than this, and by this share of how long they took, parts make another load than the one that was planned.
const apartMs = 1_000
const apartShare = 0.05

/** What `parts` say of themselves, which holds of the whole, and what is wrong with how they were made together. */
export function checksOfParts(parts: readonly MadePart[]): Check[] {
  const own = distinctBy(
    parts.flatMap(({ record }) => record.verdict.checks),
    ({ message }) => message,
  )
  return [...own, ...missingParts(parts), ...partsApart(parts)]
}

/** Which part of its load `record` made; absent when all of it. */
export function segmentOfRecord({ plan: { load } }: ExecutionRecord): Segment | undefined {
  return isOpen(load) ? load.segment : undefined
}

/** `values` without those of which another one has the same `key`. */
export function distinctBy<Value>(values: readonly Value[], key: (value: Value) => string): Value[] {
  return [...new Map(values.map((value) => [key(value), value])).values()]
}

function missingParts(parts: readonly MadePart[]): Check[] {
  const segments = parts.flatMap(({ record }) => segmentOfRecord(record) ?? [])
  const of = segments[0]?.of ?? 0
  const present = new Set(segments.map(({ index }) => index))
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !present.has(index))
  if (missing.length === 0) return []
  return [
    {
      status: 'inconclusive',
      code: 'tooFewSamples',
      subject: 'parts of the load',
      value: present.size,
      bound: of,
      unit: 'count',
      message: `Of ${of} parts of the load ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: the load was lower than planned.`,
      remedy: 'See what became of the sessions that made them, and give their blobs to `vitest --merge-reports`.',
    },
  ]
}

function partsApart(parts: readonly MadePart[]): Check[] {
  const lastMs = Math.max(...parts.map(({ startsAtMs }) => startsAtMs))
  const longestMs = Math.max(...parts.map(({ record }) => record.resources.durationMs))
  const boundMs = Math.max(apartMs, apartShare * longestMs)
  if (lastMs <= boundMs) return []
  return [
    {
      status: 'inconclusive',
      code: 'tooFewSamples',
      subject: 'starts of the parts',
      value: lastMs,
      bound: boundMs,
      unit: 'ms',
      message: `Parts of the load started ${formatMs(lastMs)} apart: the load was lower than planned.`,
      remedy: 'Set `BENCH_AGENT_START_AT` to an instant at which all sessions are ready, and let their clocks agree.',
    },
  ]
}
