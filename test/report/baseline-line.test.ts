import { expect, test } from 'vitest'
import { baselineLines, listNames } from '../../src/report/baseline-line.ts'
import { unchangedBaselines } from './sessions.ts'

test('nothing is said of baselines that stayed as they were', () => {
  expect(baselineLines(unchangedBaselines)).toEqual([])
})

test('accepted levels are told with what they replace, a line for each scenario', () => {
  const accepted = [
    { scenario: 'refund', metric: 'totalTokens', before: 2_150, after: 3_010 },
    { scenario: 'refund', metric: 'successRatio', before: 1, after: 0.95 },
    { scenario: 'triage', metric: 'toolCalls', before: 0, after: 1 },
  ] as const
  expect(baselineLines({ ...unchangedBaselines, accepted: [...accepted] })).toEqual([
    'Accepted new levels of refund: tokens 2,150 tokens → 3,010 tokens (+40.0%), success 100% → 95.0% (-5.0 points).',
    'Accepted new levels of triage: tool calls 0 → 1 (from 0).',
  ])
})

test('obsolete baselines are named, with how to remove them or that they were', () => {
  const obsolete = ['perf > refund by telephone']
  expect(baselineLines({ ...unchangedBaselines, obsolete })).toEqual([
    'Obsolete baseline of perf > refund by telephone: no such scenario any more. `-u` removes it.',
  ])
  expect(baselineLines({ ...unchangedBaselines, obsolete, removed: true })).toEqual([
    'Removed the baseline of perf > refund by telephone: no such scenario any more.',
  ])
})

test('first baselines and written files are named', () => {
  const written = ['a/__bench__/a.perf.ts.json', 'b/__bench__/b.perf.ts.json']
  expect(baselineLines({ ...unchangedBaselines, added: ['refund'], written })).toEqual([
    'First baseline of refund.',
    `Written: ${written.join(', ')}. Commit them.`,
  ])
})

test('a long list is cut', () => {
  expect(listNames(['a', 'b', 'c'], 3)).toBe('a, b, c')
  expect(listNames(['a', 'b', 'c', 'd'], 3)).toBe('a, b, c and 1 more')
})
