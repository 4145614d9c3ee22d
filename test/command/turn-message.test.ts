import { expect, test } from 'vitest'
import { sideFolder } from '../../src/command/turn-message.ts'

test('a folder is of the side that it is named after', () => {
  expect(sideFolder('/tmp/room/base')).toMatchObject({ side: 'base', results: '/tmp/room/base/results.json' })
  expect(sideFolder('/tmp/room/candidate')?.socket).toBe(sideFolder('/tmp/room/base')?.socket)
  expect(sideFolder('/tmp/room/tree')).toBeUndefined()
  expect(sideFolder('')).toBeUndefined()
})
