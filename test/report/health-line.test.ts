import { expect, test } from 'vitest'
import { Results } from '../../src/domain/record.ts'
import { describeHealth, sessionHealth } from '../../src/report/health-line.ts'
import { resultsOf, resultsText } from '../../src/report/json.ts'
import { recordOf, sessionOf, sessions } from './sessions.ts'

const healthOf = (name: string) => sessionHealth(sessions[name]?.() ?? sessionOf([]))?.word

test.for([
  ['passing', 'healthy'],
  ['first-run', 'new'],
  ['missing-baseline', 'undecided'],
  ['failing', 'failing'],
  ['slowly', 'creeping'],
  ['shifted', 'shifted'],
] as const)('the session "%s" is %s', ([name, word]) => {
  expect(healthOf(name)).toBe(word)
})

test('health is one line: the word, why, and what to do', () => {
  expect(describeHealth({ word: 'young', reason: 'It knows little.', action: 'Wait.' })).toBe(
    'young. It knows little. Wait.',
  )
  expect(describeHealth({ word: 'healthy', reason: 'All is well.' })).toBe('healthy. All is well.')
})

test('a test that failed outside of its verdict is no healthy suite', () => {
  const session = sessionOf([recordOf('passing')])
  const executions = session.executions.map((one) => ({ ...one, failed: true }))
  expect(sessionHealth({ ...session, executions })?.word).toBe('failing')
})

test('the results hold health and shifts, for machines', () => {
  const session = sessions.shifted?.() ?? sessionOf([])
  const results = Results.parse(JSON.parse(resultsText(resultsOf(session))))
  expect(results.health?.word).toBe('shifted')
  expect(results.shifts).toMatchObject([{ scenarios: 12, red: { length: 5 }, judgedWithout: { length: 7 } }])
  const known = new Set(results.records.map(({ execution }) => execution))
  expect(results.shifts?.[0]?.red.every((id) => known.has(id))).toBe(true)
})
