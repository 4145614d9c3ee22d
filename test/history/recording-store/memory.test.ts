import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryOf } from '../../../src/history/recording-store/memory.ts'

test('what was not asked for longest goes first', () => {
  const memory = memoryOf<string>(10)
  memory.set('a', 'A', 4)
  memory.set('b', 'B', 4)
  expect(memory.get('a')).toBe('A')
  memory.set('c', 'C', 4)
  expect(memory.get('b')).toBeUndefined()
  expect([memory.get('a'), memory.get('c')]).toEqual(['A', 'C'])
  expect(memory.bytes()).toBe(8)
})

test('what is larger than all of it is not kept, and takes no older value of its own with it', () => {
  const memory = memoryOf<string>(10)
  memory.set('a', 'A', 4)
  memory.set('b', 'B', 4)
  memory.set('b', 'much', 11)
  expect(memory.get('a')).toBe('A')
  // The older one would be wrong.
  expect(memory.get('b')).toBeUndefined()
  expect(memory.bytes()).toBe(4)
})

test('a value that is kept again counts once', () => {
  const memory = memoryOf<number>(10)
  for (let round = 0; round < 100; round++) memory.set('a', round, 6)
  expect(memory.get('a')).toBe(99)
  expect(memory.bytes()).toBe(6)
  memory.delete('a')
  expect(memory.bytes()).toBe(0)
})

test('whatever is kept, it never takes more than it may, and the last one is there', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), bytes: fc.integer({ min: 0, max: 12 }) })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const memory = memoryOf<number>(20)
      for (const [value, { key, bytes }] of steps.entries()) {
        memory.set(key, value, bytes)
        expect(memory.bytes()).toBeLessThanOrEqual(20)
        expect(memory.get(key)).toBe(value)
      }
    }),
  )
})
