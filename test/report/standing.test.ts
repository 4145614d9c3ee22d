import { expect, test } from 'vitest'
import { finalExecutions, nameOf, standingOf } from '../../src/report/standing.ts'
import { recordOf, sessionOf } from './sessions.ts'

test('an execution stands by its verdict, its test and its warnings', () => {
  const standing = (name: string, failed = false) => standingOf({ record: recordOf(name), failed })
  expect(standing('passing')).toBe('passed')
  expect(standing('degraded')).toBe('warned')
  expect(standing('spend')).toBe('undecided')
  expect(standing('slower')).toBe('failed')
  expect(standing('passing', true)).toBe('failed')
})

test('a scenario is named with its suites, and its attempt when it was retried', () => {
  expect(nameOf(recordOf('thresholds'))).toBe('support desk > triage')
  expect(nameOf({ ...recordOf('thresholds'), attempt: 1 })).toBe('support desk > triage (attempt 2)')
})

test('of a retried test the last attempt counts, with everything that it measured', () => {
  const first = recordOf('slower')
  const second = { ...recordOf('passing'), attempt: 1 }
  const other = recordOf('thresholds')
  const session = sessionOf([first, second, { ...second, execution: 'again' }, other])
  expect(finalExecutions(session).map(({ record }) => record)).toEqual([
    second,
    { ...second, execution: 'again' },
    other,
  ])
})
