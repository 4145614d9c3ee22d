import { expect, test } from 'vitest'
import { callSite, raisedAt } from '../../src/vitest/call-site.ts'

test('an error raised at a call site shows the line of the user, not ours', () => {
  const site = callSite()
  const error = raisedAt(new Error('too slow'), site)
  const [head, ...frames] = error.stack?.split('\n') ?? []
  expect(head).toBe('Error: too slow')
  expect(frames[0]).toContain('call-site.test.ts:5')
  expect(frames.join('\n')).not.toContain('src/vitest')
})
