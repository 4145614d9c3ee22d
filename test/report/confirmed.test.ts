import { expect, test } from 'vitest'
import type { Finding } from '../../src/domain/finding.ts'
import { confirmingRuns, describeCleared } from '../../src/report/confirmed.ts'
import { finding, recordWith } from './given.ts'
import { recordOf } from './sessions.ts'

const measured = (confirmationRuns: number | undefined, ...findings: Finding[]) => ({
  ...recordWith('refund', { findings }),
  confirmationRuns,
})

test('fresh runs confirm what got worse', () => {
  expect(confirmingRuns(measured(60, finding('workingMs', 'worse', 100, 150)))).toBe(60)
  expect(confirmingRuns(measured(60, finding('workingMs', 'accepted', 100, 150)))).toBe(60)
  expect(confirmingRuns(recordOf('slower'))).toBe(60)
})

test('what never varies needs none, and what was only suspected has none', () => {
  expect(confirmingRuns(measured(60, finding('steps', 'worse', 2, 3, { p: undefined })))).toBe(0)
  expect(confirmingRuns(measured(60, finding('workingMs', 'same', 100, 101)))).toBe(0)
  expect(confirmingRuns(measured(undefined, finding('workingMs', 'worse', 100, 150)))).toBe(0)
})

test('that they did not confirm it is good news', () => {
  expect(describeCleared(recordOf('unconfirmed'))).toBe('looked worse at first, and 60 fresh runs did not confirm it.')
  expect(describeCleared(recordOf('passing'))).toBeUndefined()
})

test('what is still open, or got worse elsewhere, is not cleared', () => {
  for (const status of ['unclear', 'worse', 'accepted'] as const)
    expect(describeCleared(measured(60, finding('workingMs', status, 100, 150)))).toBeUndefined()
})
