import { describe, expect, test } from 'vitest'
import { bodyChanges, describeChanges, nearestRequest } from '../../src/domain/recording-difference.ts'

describe('the difference of two bodies', () => {
  test('is where they differ, as deep as it goes', () => {
    const before = { model: 'a', messages: [{ role: 'system', content: 'You are a clerk.' }, { role: 'user' }], top: 1 }
    const after = { model: 'b', messages: [{ role: 'system', content: 'You are a terse clerk.' }], more: [1] }
    expect(bodyChanges(before, after)).toEqual([
      { path: 'model', before: 'a', after: 'b' },
      { path: 'messages[0].content', before: 'You are a clerk.', after: 'You are a terse clerk.' },
      { path: 'messages[1]', before: { role: 'user' } },
      { path: 'top', before: 1 },
      { path: 'more', after: [1] },
    ])
    expect(bodyChanges(before, structuredClone(before))).toEqual([])
  })

  test('is told from where it begins, and no longer than it can be read', () => {
    const long = 'word '.repeat(40)
    expect(describeChanges(bodyChanges({ a: `${long}old` }, { a: `${long}new` }))).toBe(
      'a: "…word word word old" → "…word word word new"',
    )
    expect(describeChanges(bodyChanges({ a: 1, b: 1, c: 1, d: 1, e: 1 }, {}))).toBe(
      'a is gone: "1"; b is gone: "1"; c is gone: "1"; and 2 more',
    )
    expect(describeChanges(bodyChanges('text', 'test'))).toBe('the body: "text" → "test"')
    expect(describeChanges(bodyChanges({}, { a: { b: 1 } }))).toBe('a is new: "{"b":1}"')
  })
})

test('the nearest request is the one with the least that differs, to the same path', () => {
  const request = (path: string, body: unknown) => ({ key: '', method: 'POST', path, body })
  const asked = request('/chat', { system: 'be terse', question: 'what is 5 + 3?' })
  const near = request('/chat', { system: 'be kind', question: 'what is 5 + 3?' })
  const far = request('/chat', { system: 'be terse', question: 'tell me all about the history of arithmetic' })
  const elsewhere = request('/other', asked.body)
  expect(nearestRequest(asked, [far, near, elsewhere])?.request).toBe(near)
  expect(nearestRequest(asked, [elsewhere])).toBeUndefined()
})
