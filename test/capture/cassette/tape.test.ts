import { describe, expect, test } from 'vitest'
import { canonicalText, recordedRequest } from '../../../src/capture/cassette/request-key.ts'
import { maskFor } from '../../../src/capture/cassette/secrets.ts'
import { tapeOf } from '../../../src/capture/cassette/tape.ts'
import type { RecordedCall } from '../../../src/domain/recording.ts'

const where = { method: 'POST', url: 'https://api.example/v1/chat/completions' }
const asked = (body: unknown, secrets: string[] = []) =>
  recordedRequest(where, Buffer.from(JSON.stringify(body)), { mask: maskFor(secrets) })
const call = (body: unknown, text: string, secrets?: string[]): RecordedCall => ({
  request: asked(body, secrets),
  response: {
    status: 200,
    headers: {},
    headersAtMs: 1,
    chunks: [{ atMs: 2, bytes: Buffer.from(text) }],
    endedAtMs: 3,
  },
})
const textOf = (found: RecordedCall | undefined) => found && String(found.response?.chunks[0]?.bytes)

describe('a request', () => {
  test('is the same whatever the order of its keys and whoever asks', () => {
    expect(asked({ a: 1, b: { c: [1, { d: 2, e: 3 }] } }).key).toBe(asked({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }).key)
    expect(asked({ a: 1, user: 'me', metadata: { id: 1 }, stream_options: {} }).key).toBe(asked({ a: 1 }).key)
    expect(asked({ a: [1, 2] }).key).not.toBe(asked({ a: [2, 1] }).key)
    expect(asked({ a: { user: 1 } }).key).not.toBe(asked({ a: {} }).key)
    expect(canonicalText('no JSON')).toBe('"no JSON"')
  })

  test('of another origin or query is the same, of another path or method another one', () => {
    const key = (method: string, url: string) =>
      recordedRequest({ method, url }, Buffer.from('{}'), { mask: maskFor([]) }).key
    expect(key('POST', 'https://one.example/v1/x')).toBe(key('POST', 'http://127.0.0.1:1/v1/x'))
    expect(key('POST', 'https://one.example/v1/x')).not.toBe(key('POST', 'https://one.example/v1/y'))
    expect(key('POST', 'https://one.example/v1/x')).not.toBe(key('PUT', 'https://one.example/v1/x'))
  })

  test('is kept as the user leaves it', () => {
    const redact = (body: unknown) => ({ ...(body as object), day: 'today' })
    const kept = recordedRequest(where, Buffer.from('{"day":"2026-11-21","a":1}'), { mask: maskFor([]), redact })
    expect(kept.body).toEqual({ day: 'today', a: 1 })
  })
})

test('what takes too much out of a body is told', () => {
  const kept = (redact: (body: unknown) => unknown) => () =>
    recordedRequest(where, Buffer.from('{}'), { mask: maskFor([]), redact })
  expect(kept(() => undefined)).toThrow(/replay\.redact to return what is left of a body, it returned nothing/)
  const fail = () => {
    throw new Error('no such field')
  }
  expect(kept(fail)).toThrow(/it threw: no such field/)
})

describe('a tape', () => {
  test('answers the same request in the order of the recordings, each once', () => {
    const tape = tapeOf([call({ a: 1 }, 'first'), call({ b: 1 }, 'other'), call({ a: 1 }, 'second')], [])
    expect([1, 2, 3].map(() => textOf(tape.take(asked({ a: 1 }))))).toEqual(['first', 'second', undefined])
    expect(textOf(tape.take(asked({ b: 1 })))).toBe('other')
  })

  test('takes of another run what its own has not', () => {
    const own = [call({ a: 1 }, 'own')]
    const tape = tapeOf(own, [own, [call({ a: 1 }, 'other')]])
    expect([1, 2, 3].map(() => textOf(tape.take(asked({ a: 1 }))))).toEqual(['own', 'other', undefined])
  })

  test('knows a request by what is left of it where a secret was taken out', () => {
    const tape = tapeOf([call({ a: 'as planted-secret says', b: 1 }, 'answer', ['planted-secret'])], [])
    expect(tape.take(asked({ a: 'as says', b: 1 }))).toBeUndefined()
    expect(tape.take(asked({ a: 'as another says', b: 2 }))).toBeUndefined()
    expect(textOf(tape.take(asked({ a: 'as another says', b: 1 })))).toBe('answer')
  })
})
