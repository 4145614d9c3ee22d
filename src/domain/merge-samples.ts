import { fromColumns } from './columns.ts'
import type { SampleColumns } from './record.ts'
import type { Samples } from './sample.ts'

/** Rows of one execution among those of several. */
export interface SamplesPart {
  columns: SampleColumns
  /** Its start on the clock of the whole, in milliseconds. */
  startsAtMs: number
}

/** The rows of several executions as one. */
export interface MergedSamples {
  samples: Samples
  /** Of each part, where its rows lie now. */
  positions: number[][]
}

/** All rows of `parts` on one clock, in the order of their ends, with their model calls. */
export function mergeSamples(parts: readonly SamplesPart[]): MergedSamples {
  const blocks = parts.map(shifted)
  const rows = blocks.flatMap((block, part) => block.endedAtMs.map((endedAtMs, row) => ({ part, row, endedAtMs })))
  rows.sort((a, b) => a.endedAtMs - b.endedAtMs)
  const callsOf = blocks.map(({ calls }) => Map.groupBy(calls.index.keys(), (call) => calls.index[call] ?? -1))
  const positions = blocks.map((): number[] => [])
  const merged = rows.map(({ part, row }, position) => {
    const block = blocks[part]
    if (block === undefined) throw new Error('expected a block')
    const own = positions[part]
    if (own !== undefined) own[row] = position
    return rowOf(block, row, position, callsOf[part]?.get(row) ?? [])
  })
  return { samples: fromColumns(merged), positions }
}

function shifted({ columns, startsAtMs }: SamplesPart): SampleColumns {
  const later = (values: readonly number[]) => values.map((value) => value + startsAtMs)
  return {
    ...columns,
    dueAtMs: later(columns.dueAtMs),
    startedAtMs: later(columns.startedAtMs),
    firstTokenAtMs: columns.firstTokenAtMs.map((value) => (value === null ? null : value + startsAtMs)),
    endedAtMs: later(columns.endedAtMs),
  }
}

function rowOf(block: SampleColumns, row: number, position: number, calls: readonly number[]): SampleColumns {
  const one = <Value>(column: readonly Value[]) => column.slice(row, row + 1)
  const each = <Value>(columns: Record<string, readonly Value[]>) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, one(column)]))
  const picked = <Value>(column: readonly Value[]) => calls.flatMap((call) => column.slice(call, call + 1))
  return {
    caseIndex: one(block.caseIndex),
    outcome: one(block.outcome),
    degraded: one(block.degraded),
    dueAtMs: one(block.dueAtMs),
    startedAtMs: one(block.startedAtMs),
    firstTokenAtMs: one(block.firstTokenAtMs),
    endedAtMs: one(block.endedAtMs),
    values: each(block.values as Record<string, (number | null)[]>),
    scores: each(block.scores),
    calls: {
      index: calls.map(() => position),
      modelTtftMs: picked(block.calls.modelTtftMs),
      interTokenLatencyMs: picked(block.calls.interTokenLatencyMs),
      outputTokensPerSecond: picked(block.calls.outputTokensPerSecond),
    },
  }
}
