import type { SampleColumns } from './record.ts'
import { addSample, createSamples, outcomeAt, runValues, type Samples, setScore, setValue, valueAt } from './sample.ts'

/** Rows `from` to `to` (exclusive) of `samples`, with the model calls of those runs, as plain arrays that JSON can hold. */
export function toColumns(samples: Samples, from = 0, to = samples.length): SampleColumns {
  const rows = Array.from({ length: to - from }, (_, offset) => from + offset)
  const column = (values: Float64Array | undefined) => rows.map((index) => valueAt(values, index) ?? null)
  const known = runValues.filter((name) => samples.values[name] !== undefined)
  const calls = samples.calls.index.flatMap((run, call) => (run >= from && run < to ? [call] : []))
  return {
    caseIndex: rows.map((index) => samples.caseIndex[index] ?? 0),
    outcome: rows.map((index) => outcomeAt(samples, index)),
    degraded: rows.map((index) => samples.degraded[index] === 1),
    dueAtMs: rows.map((index) => samples.dueAtMs[index] ?? 0),
    startedAtMs: rows.map((index) => samples.startedAtMs[index] ?? 0),
    firstTokenAtMs: column(samples.firstTokenAtMs),
    endedAtMs: rows.map((index) => samples.endedAtMs[index] ?? 0),
    values: Object.fromEntries(known.map((name) => [name, column(samples.values[name])])),
    scores: Object.fromEntries([...samples.scores].map(([name, values]) => [name, column(values)])),
    calls: {
      index: calls.map((call) => samples.calls.index[call] ?? 0),
      modelTtftMs: calls.map((call) => samples.calls.modelTtftMs[call] ?? null),
      interTokenLatencyMs: calls.map((call) => samples.calls.interTokenLatencyMs[call] ?? null),
      outputTokensPerSecond: calls.map((call) => samples.calls.outputTokensPerSecond[call] ?? null),
    },
  }
}

/** The samples in `blocks`, which follow one another. Turns and problems are not among them. */
export function fromColumns(blocks: readonly SampleColumns[]): Samples {
  const samples = createSamples(blocks.reduce((sum, block) => sum + block.endedAtMs.length, 0))
  for (const block of blocks) appendBlock(samples, block)
  return samples
}

function appendBlock(samples: Samples, block: SampleColumns): void {
  for (const [row, endedAtMs] of block.endedAtMs.entries()) {
    const index = addSample(samples, {
      caseIndex: block.caseIndex[row] ?? 0,
      outcome: block.outcome[row] ?? 'error',
      degraded: block.degraded[row] ?? false,
      dueAtMs: block.dueAtMs[row] ?? 0,
      startedAtMs: block.startedAtMs[row] ?? 0,
      firstTokenAtMs: block.firstTokenAtMs[row] ?? undefined,
      endedAtMs,
    })
    for (const name of runValues) {
      const value = block.values[name]?.[row]
      if (value !== undefined && value !== null) setValue(samples, index, name, value)
    }
    for (const [name, column] of Object.entries(block.scores)) {
      const value = column[row]
      if (value !== undefined && value !== null) setScore(samples, index, name, value)
    }
  }
  const { calls } = block
  samples.calls.index.push(...calls.index)
  samples.calls.modelTtftMs.push(...calls.modelTtftMs.map(known))
  samples.calls.interTokenLatencyMs.push(...calls.interTokenLatencyMs.map(known))
  samples.calls.outputTokensPerSecond.push(...calls.outputTokensPerSecond.map(known))
}

function known(value: number | null): number | undefined {
  return value ?? undefined
}
