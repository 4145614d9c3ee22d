import { expect, test } from 'vitest'
import { takeTurn } from '../../src/vitest/turns.ts'

test('work takes turns in the order it was asked for, and a failure holds nobody up', async () => {
  const seen: string[] = []
  const work = (name: string, fail = false) =>
    takeTurn(undefined, async () => {
      seen.push(`${name} begins`)
      await new Promise(setImmediate)
      seen.push(`${name} ends`)
      if (fail) throw new Error(name)
      return name
    })
  const outcomes = await Promise.allSettled([work('a'), work('b', true), work('c')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
