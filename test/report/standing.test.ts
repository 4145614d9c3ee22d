import { expect, test } from 'vitest'
import { finalExecutions, nameOf, shownExecutions, standingOf } from '../../src/report/standing.ts'
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

test('of executions that filled a baseline the last one stands for their test, and says which one it is', () => {
  const filling = (execution: number) => ({ ...recordOf('passing'), filling: { execution, executions: 3 } })
  const executions = [filling(1), filling(2), filling(3), recordOf('thresholds')]
  const session = sessionOf(executions)
  expect(finalExecutions(session).map(({ record }) => record)).toEqual(executions.slice(2))
  expect(shownExecutions(session)).toEqual(finalExecutions(session))
  expect(nameOf(filling(3))).toBe(`${nameOf(recordOf('passing'))} (execution 3 of 3)`)
})

test('of a retried test every attempt is shown, and of each the last execution that filled a baseline', () => {
  const filling = (attempt: number, execution: number) => ({
    ...recordOf('passing'),
    attempt,
    filling: { execution, executions: 2 },
  })
  const session = sessionOf([filling(0, 1), filling(0, 2), filling(1, 1), filling(1, 2)])
  expect(shownExecutions(session).map(({ record }) => record)).toEqual([filling(0, 2), filling(1, 2)])
  expect(finalExecutions(session).map(({ record }) => record)).toEqual([filling(1, 2)])
})
