import { describe, expect, test } from 'vitest'
import { type Arrival, readEvents, readLines } from '../../src/capture/stream.ts'

const encoder = new TextEncoder()

function arrivals(...texts: string[]): Arrival[] {
  return texts.map((text, index) => ({ bytes: encoder.encode(text), atMs: index + 1 }))
}

function events(...texts: string[]) {
  return [...readEvents(arrivals(...texts))]
}

describe('readEvents', () => {
  test('an event has the instant of the chunk that completed it', () => {
    expect(events('data: a\n\nda', 'ta: b\n', '\ndata: c\n\n')).toEqual([
      { name: undefined, data: 'a', atMs: 1 },
      { name: undefined, data: 'b', atMs: 3 },
      { name: undefined, data: 'c', atMs: 3 },
    ])
  })

  test.each([
    ['\\n', 'event: x\ndata: a\n\ndata: b\n\n'],
    ['\\r\\n', 'event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n'],
    ['\\r', 'event: x\rdata: a\r\rdata: b\r\r'],
  ])('lines may end with %s, whatever the chunks', (_, text) => {
    const bytes = encoder.encode(text)
    for (let size = 1; size <= bytes.length; size++) {
      const chunks: Arrival[] = []
      for (let at = 0; at < bytes.length; at += size) chunks.push({ bytes: bytes.subarray(at, at + size), atMs: 0 })
      expect([...readEvents(chunks)], `chunks of ${size} bytes`).toEqual([
        { name: 'x', data: 'a', atMs: 0 },
        { name: undefined, data: 'b', atMs: 0 },
      ])
    }
  })

  test('blank lines between events and a line feed of its own after \\r\\n are no events', () => {
    expect(events('data: a\r', '\n', '\r', '\n', '\n', '\ndata: b\n\n').map(({ data }) => data)).toEqual(['a', 'b'])
  })

  test('a character may be cut anywhere', () => {
    const bytes = encoder.encode('data: Grüße 世界 👋\n\n')
    for (let cut = 1; cut < bytes.length; cut++) {
      const chunks = [
        { bytes: bytes.subarray(0, cut), atMs: 1 },
        { bytes: bytes.subarray(cut), atMs: 2 },
      ]
      expect([...readEvents(chunks)]).toEqual([{ name: undefined, data: 'Grüße 世界 👋', atMs: 2 }])
    }
  })

  test('the lines of data are joined, comments and other fields are skipped', () => {
    expect(events(': ping\nid: 7\nretry: 10\nevent: x\ndata: a\ndata:b\ndata:  c\ndata\n\n')).toEqual([
      { name: 'x', data: 'a\nb\n c\n', atMs: 1 },
    ])
  })

  test('an event without data is none, and leaves no name to the next', () => {
    expect(events('event: ping\n\ndata: a\n\n')).toEqual([{ name: undefined, data: 'a', atMs: 1 }])
  })

  test('the last event needs no blank line', () => {
    expect(events('data: a\n\n', 'data: [DONE]')).toEqual([
      { name: undefined, data: 'a', atMs: 1 },
      { name: undefined, data: '[DONE]', atMs: 2 },
    ])
  })

  test('a field whose name only begins like one that is known is skipped', () => {
    expect(events('database: a\nevents: x\ndata: b\n\n')).toEqual([{ name: undefined, data: 'b', atMs: 1 }])
  })

  test('lines may end in several ways in one stream', () => {
    expect(events('data: a\rdata: b\n\ndata: c\r\n\r\n').map(({ data }) => data)).toEqual(['a\nb', 'c'])
  })

  test('chunks without bytes, and none at all, are no events', () => {
    expect(readEvents([])).toEqual([])
    expect(events('', 'data: a', '', '\n\n', '')).toEqual([{ name: undefined, data: 'a', atMs: 4 }])
  })

  test('a mark of the byte order at the start is no part of the first line', () => {
    expect(events('\uFEFFdata: a\n\n')).toHaveLength(1)
  })
})

describe('readLines', () => {
  test('a line has the instant of the chunk that ended it, and blank ones are none', () => {
    expect(readLines(arrivals('{"a":1}\n{"a"', ':2}\r\n\n \n', '{"a":3}'))).toEqual([
      { data: '{"a":1}', atMs: 1 },
      { data: '{"a":2}', atMs: 2 },
      { data: '{"a":3}', atMs: 3 },
    ])
    expect(readLines([])).toEqual([])
  })
})
