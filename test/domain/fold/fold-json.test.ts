import { describe, expect, test } from 'vitest'
import { emptyFold, type Fold, foldRuns } from '../../../src/domain/fold/fold.ts'
import { type FoldJson, foldJson, readFold } from '../../../src/domain/fold/fold-json.ts'
import { FoldSchema } from '../../../src/domain/fold/fold-schema.ts'
import { samplesOf, times } from '../given.ts'

const cases = [
  { name: 'a', input: 1, category: 'simple' },
  { name: 'b', input: 2, category: 'hard' },
]

function folded(): Fold {
  const fold = emptyFold(cases)
  const runs = times(50, (position) => ({
    caseIndex: position % 2,
    outcome: position % 10 === 3 ? ('timeout' as const) : ('ok' as const),
    degraded: position % 7 === 0,
    startedAtMs: position,
    endedAtMs: position + 20.5 + position ** 2,
    values: position % 5 === 0 ? {} : { outputTokens: position },
    scores: { polite: position / 50 },
    calls: [{ modelTtftMs: position }],
  }))
  foldRuns(fold, samplesOf(runs), cases)
  return fold
}

/** `fold` after it has left the process as text. */
function sent(fold: Fold): FoldJson {
  return FoldSchema.parse(JSON.parse(JSON.stringify(foldJson(fold))))
}

describe('a fold', () => {
  test('is itself when it has been JSON, and can go on', () => {
    const fold = folded()
    const read = readFold(sent(fold))
    expect(foldJson(read)).toEqual(foldJson(fold))
    const more = samplesOf([{ endedAtMs: 7 }, { outcome: 'error' }])
    foldRuns(read, more, cases)
    foldRuns(fold, more, cases)
    expect(foldJson(read)).toEqual(foldJson(fold))
    expect(read.counts).toMatchObject({ runs: 52, degraded: 8, outcomes: { ok: 46, timeout: 5, error: 1 } })
  })

  test('of no runs is one, too', () => {
    expect(foldJson(readFold(sent(emptyFold(cases))))).toEqual(foldJson(emptyFold(cases)))
  })

  test.each<[string, (json: FoldJson) => void, RegExp]>([
    ['with a bucket of nothing', ({ all }) => all.metrics.latencyMs?.histogram.buckets.push(0), /whole numbers but 0/],
    ['whose largest value is in no bucket', ({ all }) => Object.assign(latency(all), { max: 1e9 }), /max in bucket/],
    ['without sums', ({ cases: [one] }) => Object.assign(latency(one), { sum: [] }), /sum/],
    [
      'of a category without zeros',
      ({ categories }) => Object.assign(latency(categories.hard), { zeros: null }),
      /zeros/,
    ],
    [
      'of a score below nothing',
      ({ all }) => Object.assign(all.scores.polite?.histogram ?? {}, { zeros: -1 }),
      /zeros/,
    ],
  ])('is refused, %s', (_, corrupt, message) => {
    const json = sent(folded())
    corrupt(json)
    expect(() => readFold(json)).toThrow(message)
  })

  test.each([
    ['fewer than no runs', { runs: -1 }],
    ['a metric that there is not', { all: { outcomes: {}, metrics: { joy: {} }, scores: {} } }],
    ['something more', { more: 1 }],
  ])('has no record with %s', (_, wrong) => {
    expect(FoldSchema.safeParse({ ...sent(folded()), ...wrong }).success).toBe(false)
  })
})

function latency(group: FoldJson['all'] | undefined): object {
  const { histogram } = group?.metrics.latencyMs ?? {}
  if (histogram === undefined) throw new Error('expected latencies')
  return histogram
}
