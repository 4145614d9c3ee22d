import { expect, test } from 'vitest'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import type { RecordingUse } from '../../src/domain/recording-use.ts'
import { describeRecordings } from '../../src/report/recording-line.ts'
import type { Session } from '../../src/report/session.ts'

const none: RecordingUse = { missedIn: [], answered: 0, missing: 0, expired: 0, recorded: 0 }

function sessionOf(...uses: (Partial<RecordingUse> | undefined)[]): Pick<Session, 'executions'> {
  const executions = uses.map((use) => ({ record: { recordings: use && { ...none, ...use } } as ExecutionRecord }))
  return { executions: executions as Session['executions'] }
}

test('calls are added up by the level that answered them', () => {
  const session = sessionOf(
    { from: 'file', answered: 3, missing: 1 },
    { from: 'memory', answered: 1_200 },
    { from: 'redis', answered: 1 },
    { from: 'memory', answered: 34, missing: 1 },
    undefined,
  )
  expect(describeRecordings(session)).toBe(
    'Recordings: 1,234 model calls from memory, 3 from files, 1 from Redis, 2 missing.',
  )
})

test('what is missing is told where nothing was answered, and what is too old with it', () => {
  expect(describeRecordings(sessionOf({ missedIn: ['memory', 'file'], missing: 1, expired: 4 }))).toBe(
    'Recordings: 1 model call missing, 4 too old.',
  )
})

test('what was recorded is told', () => {
  expect(describeRecordings(sessionOf({ recorded: 12 }))).toBe('Recordings: 12 model calls recorded.')
})

test('nothing is told where models were called, or no call was made', () => {
  expect(describeRecordings(sessionOf(undefined))).toBeUndefined()
  expect(describeRecordings(sessionOf({ from: 'file' }))).toBeUndefined()
})
