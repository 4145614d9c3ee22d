import { describe, expect, test } from 'vitest'
import type { MaxAge, RecordedRequest } from '../../src/domain/recording.ts'
import { describeAge, longestAgeMs, withoutExpired } from '../../src/domain/recording-age.ts'
import { answersIn, runOf } from '../history/recordings.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const nowMs = Date.parse('2026-03-31T00:00:00Z')
const kindOf = ({ path }: RecordedRequest) => (path.includes('embeddings') ? 'embedding' : 'generating')

const recordings = {
  recordedAt: '2026-03-21T00:00:00Z',
  cases: new Map([
    ['young', [runOf(['text']), runOf(['more', 'of it'])]],
    ['old', [runOf(['old']).map((call) => ({ ...call, recordedAt: '2026-01-01T00:00:00Z' }))]],
    ['vectors', [runOf(['[1]'], '/v1/embeddings')]],
  ]),
}

test.each<[what: string, maxAge: MaxAge | undefined, left: string[]]>([
  ['nobody says', undefined, ['text', 'more', 'of it', 'old', '[1]']],
  ['a kind has no number', { embedding: dayMs }, ['text', 'more', 'of it', 'old']],
  ['one number is for all', 20 * dayMs, ['text', 'more', 'of it', '[1]']],
  ['a call is as old as it may be', 10 * dayMs, ['text', 'more', 'of it', '[1]']],
  ['a call is a moment older', 10 * dayMs - 1, []],
])('where %s', (_, maxAge, left) => {
  expect(answersIn(withoutExpired(recordings, maxAge, nowMs, kindOf).recordings)).toEqual(left)
})

test('what is expired is told with its age, and its run stays in its place', () => {
  const { recordings: left, expired } = withoutExpired(recordings, { generating: 20 * dayMs }, nowMs, kindOf)
  expect(expired).toMatchObject([{ kind: 'generating', ageMs: 89 * dayMs, maxAgeMs: 20 * dayMs }])
  expect(left.cases.get('old')).toEqual([[]])
  expect(left.cases.get('young')).toHaveLength(2)
})

test('what another machine recorded in our future is no older than now', () => {
  const ahead = { ...recordings, recordedAt: '2026-04-02T00:00:00Z' }
  expect(withoutExpired(ahead, 100 * dayMs, nowMs, kindOf).expired).toEqual([])
})

test.each<[MaxAge | undefined, number | undefined]>([
  [undefined, undefined],
  [5, 5],
  [{ generating: 5, embedding: 9 }, undefined],
  [{ generating: 5, embedding: 9, other: 1 }, 9],
])('recordings that may be %j old serve for %s ms at most', (maxAge, expected) => {
  expect(longestAgeMs(maxAge)).toBe(expected)
})

describe('an age in words', () => {
  test.each([
    [40 * dayMs, '40 days'],
    [2 * dayMs, '2 days'],
    [2 * dayMs - 1, '47 hours'],
    [90 * 60_000, '90 min'],
    [2 * hourMs, '2 hours'],
    [119_999, '119 s'],
    [0, '0 s'],
  ])('%i ms: %s', (ageMs, words) => {
    expect(describeAge(ageMs)).toBe(words)
  })
})
