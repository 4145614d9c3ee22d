import { describe, expect, test } from 'vitest'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { firstSeen, groupProblems, howOften, moreProblems, problemsUntold } from '../../src/report/problem.ts'
import { recordOf } from './sessions.ts'

const withProblems = (...messages: string[]): ExecutionRecord => ({
  ...recordOf('thresholds'),
  problems: messages.map((message, index) => ({ index, caseIndex: 0, outcome: 'error', message })),
})
const messagesOf = (record: ExecutionRecord) => groupProblems(record).map(({ count, message }) => [count, message])

describe('problems', () => {
  test('are grouped, the most frequent first, with the run and the case of the first', () => {
    const [first] = groupProblems(recordOf('problems'))
    expect(first).toMatchObject({
      count: 5,
      message: 'The agent called process.exit(1)',
      run: 3,
      caseName: 'no seats left',
    })
  })

  test('are the same but for numbers, ids and quotations', () => {
    const record = withProblems(
      "request 17 failed: 'a' is no 'b'",
      "request 18 failed: 'c' is no 'it''",
      'request 4f9c2a77 failed: "x" is no "y"',
    )
    expect(messagesOf(record)).toEqual([[3, "request 17 failed: 'a' is no 'b'"]])
    expect(groupProblems(record)[0]?.same).toBe(false)
  })

  test('are not the same in other words, or with another outcome', () => {
    expect(messagesOf(withProblems('no route', 'no seats', 'no route'))).toEqual([
      [2, 'no route'],
      [1, 'no seats'],
    ])
    const record = withProblems('no answer', 'no answer')
    const problems = record.problems.map((problem, index) =>
      index === 0 ? problem : { ...problem, outcome: 'wrong' as const },
    )
    expect(groupProblems({ ...record, problems })).toHaveLength(2)
  })

  test('are told without the diff below them', () => {
    expect(messagesOf(withProblems('expected 1 to be 2\n\n- Expected\n+ Received'))).toEqual([
      [1, 'expected 1 to be 2'],
    ])
  })

  test('tell their case, even where the samples are lost, but not where there is one only', () => {
    expect(groupProblems({ ...recordOf('problems'), samples: undefined })[0]?.caseName).toBe('no seats left')
    expect(groupProblems(recordOf('timeouts'))[0]?.caseName).toBeUndefined()
  })

  test('that the record does not keep are counted', () => {
    expect(problemsUntold(recordOf('problems'))).toBe(0)
    expect(problemsUntold({ ...recordOf('problems'), problems: [] })).toBe(15)
  })
})

test('how often and where a problem was seen', () => {
  const group = { count: 3, outcome: 'error', message: 'no', same: true, run: 12, caseName: 'invoice 17' } as const
  expect(howOften(group)).toBe('3×')
  expect(howOften({ ...group, same: false })).toBe('3× such as')
  expect(firstSeen(group)).toBe('first in run 12, case "invoice 17"')
  expect(firstSeen({ ...group, count: 1, caseName: undefined })).toBe('run 12')
})

test('what is left out is counted', () => {
  expect(moreProblems(0, 0)).toBeUndefined()
  expect(moreProblems(1, 0)).toBe('…and 1 more kind of problem')
  expect(moreProblems(2, 30)).toBe('…and 2 more kinds of problem, 30 problems that the record does not tell one by one')
})
