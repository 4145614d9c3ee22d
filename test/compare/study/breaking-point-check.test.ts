import { describe, expect, test } from 'vitest'
import { bindingWords, breakingPointChecks, objectiveWords } from '../../../src/compare/study/breaking-point-check.ts'
import type { BreakingPointStudy, Objective } from '../../../src/domain/study/breaking-point.ts'

const objectives: Objective[] = [
  { metric: 'responseTimeMs', statistic: 'p95', bound: 3_000 },
  { metric: 'failureRatio', bound: 0.05 },
]
type Answer = BreakingPointStudy['answer']

const checksOf = (answer: Answer, bound?: number) => breakingPointChecks({ objectives, answer, probes: [] }, bound)

const found: Answer = {
  answer: 'found',
  sustainedPerSecond: 18.8,
  failingPerSecond: 20.1,
  bound: { objective: 0 },
  shape: 'smooth',
  interval: { low: 17, high: 22 },
}

test('objectives and what bound a load have words', () => {
  expect(objectives.map(objectiveWords)).toEqual(['response time p95 at most 3 s', 'at most 5.0% of the runs failed'])
  const bindings = [{ objective: 0 }, { objective: 1 }, { objective: 7 }, 'failures', 'inFlight', 'throughput'] as const
  expect(bindings.map((binding) => bindingWords(binding, objectives))).toEqual([
    'response time p95 was too high',
    'too many runs failed',
    'an objective was missed',
    'too many runs failed',
    'more and more runs were in flight',
    'no more runs got done',
  ])
})

describe('a load that was found', () => {
  test('has nothing to be held against without a threshold', () => {
    expect(checksOf(found)).toEqual([])
  })

  test('passes above its threshold and at it', () => {
    const [above] = checksOf(found, 15)
    expect(above).toMatchObject({
      status: 'pass',
      code: 'threshold',
      subject: 'sustained load',
      unit: 'perSecond',
      value: 18.8,
      bound: 15,
      message:
        'The highest load that it sustains is 18.8/s, above its threshold of 15/s: beyond, response time p95 was too high.',
    })
    expect(above?.remedy).toBeUndefined()
    const [at] = checksOf(found, 18.8)
    expect(at).toMatchObject({ status: 'pass' })
    expect(at?.message).toContain('is 18.8/s, at its threshold of 18.8/s:')
  })

  test('fails under it, and says what to do', () => {
    expect(checksOf({ ...found, bound: 'throughput' }, 25)).toMatchObject([
      {
        status: 'fail',
        value: 18.8,
        bound: 25,
        message:
          'The highest load that it sustains is 18.8/s, under its threshold of 25/s: beyond, no more runs got done.',
        remedy: 'A `sweep` over concurrency tells what is lost where.',
      },
    ])
  })
})

describe('a load that was not reached', () => {
  const notReached: Answer = { answer: 'notReached', atLeastPerSecond: 40, cap: 'concurrency' }

  test('passes where that is enough', () => {
    const [check] = checksOf(notReached, 40)
    expect(check).toMatchObject({ status: 'pass', value: 40, atLeast: true })
    expect(check?.remedy).toBeUndefined()
  })

  test.for([
    ['concurrency', 'the highest number of runs in flight was reached', '`maxConcurrency`'],
    ['rate', 'the highest rate was reached', '`maxRatePerSecond`'],
    ['runs', 'there were no runs left for another probe', '`maxRuns`'],
    ['cost', 'there was no money left for another probe', '`spendUsd`'],
  ] as const)('is undecided where it is not, by %s', ([cap, words, option]) => {
    for (const bound of [undefined, 41])
      expect(checksOf({ ...notReached, cap }, bound)).toMatchObject([
        {
          status: 'inconclusive',
          value: 40,
          atLeast: true,
          message: `It sustains at least 40/s; ${words} before anything broke.`,
          remedy: `Raise ${option}.`,
        },
      ])
  })
})

describe('a refusal', () => {
  test.for([
    [{ reason: 'missedUnloaded', objective: 0 }, 'fail', /^The objective \(response time p95 at most 3 s\) is missed /],
    [{ reason: 'failsUnloaded' }, 'fail', /^Too many runs fail without any load/],
    [{ reason: 'insideNoise', objective: 0 }, 'inconclusive', /^The objective \(.*\) lies within what runs differ by/],
    [{ reason: 'insideNoise' }, 'inconclusive', /^An objective lies within/],
    [
      { reason: 'cap', cap: 'cost' },
      'inconclusive',
      /^There was no money left for another probe before the search came to an answer\.$/,
    ],
    [{ reason: 'cap' }, 'inconclusive', /^A cap was reached before/],
    [{ reason: 'nothingSustained' }, 'inconclusive', /^No load was sustained/],
  ] as const)('by %o is told', ([reason, status, message]) => {
    const [check, ...others] = checksOf({ answer: 'refused', ...reason }, 10)
    expect(others).toEqual([])
    expect(check).toMatchObject({ status, code: 'threshold', bound: 10 })
    expect(check?.message).toMatch(message)
    expect(check?.remedy).toMatch(/\.$/)
    expect(check).not.toHaveProperty('value')
  })

  test('by a cap names the option that raises it', () => {
    expect(checksOf({ answer: 'refused', reason: 'cap', cap: 'runs' })[0]?.remedy).toBe('Raise `maxRuns`.')
  })
})
