import { describe, expect, test } from 'vitest'
import { resilienceChecks, stressOf } from '../../../src/compare/study/resilience.ts'
import type { Stress, StressOutcome } from '../../../src/domain/study/stress.ts'
import { StudySchema } from '../../../src/domain/study/study-schema.ts'
import { studySections } from '../../../src/report/study/markdown-studies.ts'
import { sessionOf } from '../sessions.ts'
import { linesOf, studyWith } from './result-lines.ts'

function outcome(scenario: StressOutcome['scenario'], more: Partial<StressOutcome> = {}): StressOutcome {
  return {
    scenario,
    sentence: 'Much of it.',
    execution: `e-${scenario}`,
    runs: 60,
    bounds: { successRatio: 0.95, slowdownRatio: 3, recoveryMs: 5_000 },
    successRatio: 1,
    slowdownRatio: 1,
    amplificationRatio: 1,
    score: 1,
    ...more,
  }
}

const usual = { concurrency: 2, runs: 62, p50Ms: 22, p95Ms: 23.7, modelCalls: 1 }
const stress: Stress = stressOf(usual, [
  outcome('highLoad', {
    runs: 1_543,
    slowdownRatio: 6,
    breaksAt: '10 times the usual load',
    score: 0.5,
  }),
  outcome('spike', { recovered: true, recoveryMs: 766, slowdownRatio: 1.44 }),
  outcome('rateLimiting', { successRatio: 0.9, amplificationRatio: 4.26, score: 0.9 }),
  outcome('failureRecovery', {
    successRatio: undefined,
    slowdownRatio: undefined,
    amplificationRatio: undefined,
    recovered: false,
    score: 0,
  }),
])

describe('a stress suite as a table', () => {
  test('has a row for each kind, and what to do, the weakest point first', () => {
    expect(linesOf({ kind: 'stress', stress }, 'fail', 240)).toEqual([
      '✖ desk > refund under stress: resilience 0.60 of 1',
      '  stress           score               runs   good    p95  recovery  model calls  breaks',
      '  highLoad          0.50  █████       1,543   100%    6 ×                    1 ×  at 10 times the usual load',
      '  spike             1.00  ██████████     60   100%  1.4 ×    766 ms          1 ×',
      '  rateLimiting      0.90  █████████      60  90.0%    1 ×                  4.3 ×',
      '  failureRecovery   0.00                 60      –      –     never            –',
      '  p95 and model calls as multiples of the usual: 23.7 ms and 1 a run, 2 at once.',
      '  failureRecovery: Look for what a failed call keeps: a connection, a lock, a breaker that stays open. Retry with a growing, random delay and a bound; stop asking while all fails, and try again by one call.',
      '  highLoad: Let no more runs work at once than it bears, and have others wait in a queue with a bound. A `sweep` tells what they lose time to.',
      '  rateLimiting: Retry with a growing, random delay, keep to Retry-After, and let runs share one limit. It made 4.3 times as many model calls as usual: bound its retries.',
    ])
  })

  test('tells no model calls where none was seen, and nothing to do where all was borne', () => {
    const quiet = stressOf({ ...usual, modelCalls: undefined }, [
      outcome('sustained', { amplificationRatio: undefined }),
    ])
    expect(linesOf({ kind: 'stress', stress: quiet }, 'pass')).toEqual([
      '✔ desk > refund under stress: resilience 1.00 of 1',
      '  stress     score              runs  good  p95  recovery  model calls  breaks',
      '  sustained   1.00  ██████████    60  100%  1 ×                      –',
      '  p95 and model calls as multiples of the usual: 23.7 ms a run, 2 at once.',
    ])
  })

  test('is in RESULTS.md, with what failed', () => {
    const record = { ...studyWith({ kind: 'stress', stress }, 'fail'), checks: resilienceChecks(stress, 0.8) }
    const [section] = studySections(sessionOf([], { studies: [{ record, failed: true, place: undefined }] }))
    expect(section?.after.at(-1)).toContain(
      'The resilience score of 4 kinds of stress is 0.60, under its threshold of 0.80. The weakest point is failureRecovery.',
    )
  })
})

test('a stress suite is read from a file as it was written', () => {
  const written = JSON.parse(JSON.stringify(studyWith({ kind: 'stress', stress }, 'fail')))
  expect(StudySchema.parse(written)).toEqual(written)
  expect(written.result.stress.outcomes).toHaveLength(4)
  for (const wrong of [
    { ...stress, resilienceScore: null },
    { ...stress, outcomes: [{ ...stress.outcomes[0], scenario: 'earthquake' }] },
    { ...stress, more: 1 },
  ])
    expect(StudySchema.safeParse({ ...written, result: { kind: 'stress', stress: wrong } }).success).toBe(false)
})
