import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMessages } from '../../../src/capture/provider/amazon-event-stream.ts'
import { encode, exceptionFrame, frame, message, textHeader } from './amazon-frames.ts'

const frames = [
  frame('messageStart', { role: 'assistant' }),
  frame('contentBlockDelta', { delta: { text: 'Grüße 世界' } }),
]

test('a message is named by its type, whatever the chunks, and has the instant of its last byte', () => {
  const bytes = Buffer.concat(frames)
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => {
      return { bytes: bytes.subarray(at * size, (at + 1) * size), atMs: at }
    })
    const firstEnd = frames[0]?.length ?? 0
    expect(readMessages(chunks)).toEqual([
      { name: 'messageStart', data: '{"role":"assistant"}', atMs: Math.floor((firstEnd - 1) / size) },
      { name: 'contentBlockDelta', data: '{"delta":{"text":"Grüße 世界"}}', atMs: chunks.length - 1 },
    ])
  }
})

test('an exception is named by its type, and an error by its code', () => {
  const error = { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'broken' }
  const bytes = Buffer.concat([exceptionFrame('throttlingException', 'slow down'), message(error, '')])
  expect(readMessages([{ bytes, atMs: 1 }])).toEqual([
    { name: 'throttlingException', data: '{"message":"slow down"}', atMs: 1 },
    { name: 'InternalError', data: '{"message":"broken"}', atMs: 1 },
  ])
})

test('headers of every other type are passed over', () => {
  // By type: true, false, byte, short, integer, long, bytes, timestamp, UUID.
  const lengths = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]
  const others = lengths.flatMap((length, type) => {
    if (type === 7) return []
    const value = length === undefined ? Buffer.from([0, 3, 1, 2, 3]) : Buffer.alloc(length)
    return [Buffer.from([1]), Buffer.from('x'), Buffer.from([type]), value]
  })
  const bytes = encode(Buffer.concat([...others, textHeader(':event-type', 'metadata')]), Buffer.from('{}'))
  expect(readMessages([{ bytes, atMs: 1 }])).toEqual([{ name: 'metadata', data: '{}', atMs: 1 }])
})

test('what was cut is no message', () => {
  const bytes = Buffer.concat(frames)
  expect(readMessages([{ bytes: bytes.subarray(0, -1), atMs: 1 }])).toHaveLength(1)
  expect(readMessages([])).toEqual([])
})

test('bears any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  fc.assert(fc.property(bytes, (chunk) => readMessages([{ bytes: chunk, atMs: 1 }]).length >= 0))
  fc.assert(
    fc.property(bytes, bytes, (headers, payload) => {
      const encoded = encode(Buffer.from(headers), Buffer.from(payload))
      expect(readMessages([{ bytes: encoded, atMs: 1 }])).toHaveLength(1)
    }),
  )
})
