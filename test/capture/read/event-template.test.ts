import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fits, templateOf } from '../../../src/capture/read/event-template.ts'

const event = (content: string, rest: object = {}): Buffer =>
  Buffer.from(`data: ${JSON.stringify({ id: 'c1', choices: [{ delta: { content } }], ...rest })}\n\n`)
const parsed = (bytes: Buffer) => JSON.parse(bytes.toString().slice(6))

describe('the template of two events', () => {
  test('fits an event that differs from them in the same text', () => {
    const template = templateOf(event(' word1'), event(' word2'))
    expect(template).toBeDefined()
    expect(template && fits(template, event(' word 99'))).toBe(true)
    expect(template && fits(template, event('elsewhere'))).toBe(false)
  })

  test.each<[string, Buffer, Buffer]>([
    ['differ in two texts', event('a', { id: 'c1' }), event('b', { id: 'c2' })],
    ['differ in a number', event('x', { n: 1 }), event('x', { n: 2 })],
    ['have other keys', event('a'), event('a', { usage: {} })],
    ['are the same', event('a'), event('a')],
  ])('is absent when they %s', (_, first, second) => {
    expect(templateOf(first, second)).toBeUndefined()
  })

  test('does not fit an empty text, which is no content', () => {
    const template = templateOf(event('a'), event('b'))
    expect(template && fits(template, event(''))).toBe(false)
  })

  // Oracle: JSON.parse.
  test('fits only what parses to the same but for one text', () => {
    const words = fc.string({ maxLength: 6 })
    fc.assert(
      fc.property(
        words,
        words,
        fc.oneof(words, fc.constant('","x":"')),
        fc.object({ maxDepth: 1 }),
        (a, b, c, rest) => {
          const template = templateOf(event(a), event(b))
          const third = event(c, rest)
          if (template === undefined || !fits(template, third)) return
          expect(parsed(third)).toEqual({ ...parsed(event(a)), choices: [{ delta: { content: c } }] })
          expect(c).not.toBe('')
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
