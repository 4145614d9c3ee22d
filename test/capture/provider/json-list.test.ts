import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readList } from '../../../src/capture/provider/json-list.ts'

const encoder = new TextEncoder()
const arrivals = (...texts: string[]) => texts.map((text, index) => ({ bytes: encoder.encode(text), atMs: index + 1 }))

test('an object has the instant of the bytes that closed it', () => {
  expect(readList(arrivals('[{"a":1},\r\n{"a"', ':2', '}\r\n', ',\r\n{"b":[{"c":3}]}]'))).toEqual([
    { data: '{"a":1}', atMs: 1 },
    { data: '{"a":2}', atMs: 3 },
    { data: '{"b":[{"c":3}]}', atMs: 4 },
  ])
})

test('braces and quotes in strings are none, and an object that was cut is none', () => {
  const text = '[{"a":"}{\\"}\\\\"},{"b":"世界 {"},{"c":"'
  expect(readList(arrivals(text)).map(({ data }) => JSON.parse(data))).toEqual([{ a: '}{"}\\' }, { b: '世界 {' }])
})

test('an object alone is an event too', () => {
  expect(readList(arrivals('{"error":{"code":429}}')).map(({ data }) => data)).toEqual(['{"error":{"code":429}}'])
})

test('gives back any list of objects, however it is printed and cut', () => {
  const lists = fc.array(fc.dictionary(fc.string(), fc.jsonValue()))
  fc.assert(
    fc.property(lists, fc.constantFrom(0, 2), fc.integer({ min: 1, max: 20 }), (list, indent, size) => {
      const bytes = encoder.encode(JSON.stringify(list, undefined, indent))
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => {
        return { bytes: bytes.subarray(at * size, (at + 1) * size), atMs: at }
      })
      const read = readList(chunks).map(({ data }) => JSON.parse(data))
      expect(read).toEqual(JSON.parse(JSON.stringify(list)))
    }),
  )
})
