import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromColumns, toColumns } from '../../src/domain/columns.ts'
import { callValues, outcomes, runValues, valueAt } from '../../src/domain/sample.ts'
import { type GivenRun, samplesOf } from './given.ts'

const ms = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0)

const run: fc.Arbitrary<GivenRun> = fc.record(
  {
    caseIndex: fc.nat(9),
    outcome: fc.constantFrom(...outcomes),
    degraded: fc.boolean(),
    dueAtMs: ms,
    startedAtMs: ms,
    firstTokenAtMs: ms,
    endedAtMs: ms,
    values: fc.dictionary(fc.constantFrom(...runValues), ms),
    scores: fc.dictionary(fc.constantFrom('polite', 'correctness', 'with space'), ms),
    calls: fc.array(fc.dictionary(fc.constantFrom(...callValues), ms), { maxLength: 3 }),
  },
  { requiredKeys: [] },
)
const runs = fc.array(run, { maxLength: 40 })

/** `value` after it has left the process as text. */
function sent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value))
}

describe('toColumns and fromColumns', () => {
  test('a round trip through JSON keeps every value, and what is unknown stays unknown', () => {
    fc.assert(
      fc.property(runs, (given) => {
        const columns = toColumns(samplesOf(given))
        expect(toColumns(fromColumns([sent(columns)]))).toEqual(columns)
      }),
    )
  })

  test('blocks that follow one another come to the same samples as the whole', () => {
    fc.assert(
      fc.property(runs, fc.nat(40), fc.nat(40), (given, one, other) => {
        const samples = samplesOf(given)
        const [first, second] = [one, other].map((at) => Math.min(at, given.length)).sort((a, b) => a - b)
        const blocks = [
          toColumns(samples, 0, first),
          toColumns(samples, first, second),
          toColumns(samples, second),
        ].map(sent)
        const whole = toColumns(samples)
        const joined = toColumns(fromColumns(blocks))
        expect(joined).toEqual({ ...whole, scores: expect.objectContaining(whole.scores) })
      }),
    )
  })

  test('what a run did not know is null, for JSON has no NaN', () => {
    const columns = toColumns(samplesOf([{ values: { steps: 2 }, calls: [{ modelTtftMs: 5 }] }, { firstTokenAtMs: 9 }]))
    expect(columns.values).toEqual({ steps: [2, null] })
    expect(columns.firstTokenAtMs).toEqual([null, 9])
    expect(columns.calls).toEqual({
      index: [0],
      modelTtftMs: [5],
      interTokenLatencyMs: [null],
      outputTokensPerSecond: [null],
    })
  })

  test('a block holds the model calls of its own runs, by their position in the whole', () => {
    const samples = samplesOf([
      { calls: [{ modelTtftMs: 1 }] },
      { calls: [{ modelTtftMs: 2 }, { modelTtftMs: 3 }] },
      { calls: [{ modelTtftMs: 4 }] },
    ])
    const block = toColumns(samples, 1, 2)
    expect(block.calls.index).toEqual([1, 1])
    expect(block.calls.modelTtftMs).toEqual([2, 3])
  })

  test('a value that only a later block knows is unknown in the runs before it', () => {
    const samples = samplesOf([{}, { values: { costUsd: 0.5 }, scores: { polite: 1 } }])
    const joined = fromColumns([toColumns(samples, 0, 1), toColumns(samples, 1, 2)])
    expect(valueAt(joined.values.costUsd, 0)).toBeUndefined()
    expect(valueAt(joined.values.costUsd, 1)).toBe(0.5)
    expect(valueAt(joined.scores.get('polite'), 0)).toBeUndefined()
  })

  test('no blocks are no samples', () => {
    expect(fromColumns([]).length).toBe(0)
    expect(toColumns(fromColumns([]))).toEqual(toColumns(samplesOf([])))
  })
})
