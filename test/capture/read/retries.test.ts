import { describe, expect, test } from 'vitest'
import { openaiChat } from '../../../src/capture/provider/openai-chat.ts'
import { linkRetries } from '../../../src/capture/read/retries.ts'
import { startedWireCall, type WireCall } from '../../../src/capture/wire-call.ts'
import type { ModelCall } from '../../../src/domain/span.ts'

interface Attempt {
  at: number
  until?: number
  body?: string
  url?: string
  headers?: string[]
  status?: number
  failure?: ModelCall['failure']
  error?: unknown
}

const rateLimit = { class: 'rateLimit', message: 'slow down' } as const
const provider = { class: 'provider', message: 'broken' } as const

/** `retryOf` of every attempt. */
function linked(...attempts: Attempt[]): (number | undefined)[] {
  const wires = attempts.map(({ at, until, body = '{"model":"m"}', url = 'http://m/v1', headers, error }): WireCall => {
    const wire = startedWireCall(openaiChat, 'POST', url, at, headers)
    wire.requestChunks.push(Buffer.from(body))
    wire.endedAtMs = until ?? at + 10
    wire.error = error
    return wire
  })
  const calls = attempts.map(
    ({ at, until, status, failure }): ModelCall => ({
      provider: 'openai',
      api: 'chat',
      url: '',
      streamed: false,
      startedAtMs: at,
      endedAtMs: until ?? at + 10,
      status,
      failure,
      toolCalls: 0,
      reasoningStreamed: false,
    }),
  )
  linkRetries(wires, calls)
  return calls.map(({ retryOf }) => retryOf)
}

describe('a repetition', () => {
  test('follows a failed call with the same body, and the next one follows it', () => {
    const refused = { status: 429, failure: rateLimit }
    expect(linked({ at: 0, ...refused }, { at: 50, ...refused }, { at: 150 })).toEqual([undefined, 0, 1])
  })

  test('may have another body when the client counts its attempts', () => {
    const refused = { status: 500, failure: provider, body: '{"id":1}' }
    const counted = (count: string) => ['X-Stainless-Retry-Count', count]
    expect(linked(refused && { at: 0, ...refused }, { at: 50, body: '{"id":2}', headers: counted('1') })[1]).toBe(0)
    expect(linked({ at: 0, ...refused }, { at: 50, body: '{"id":2}', headers: counted('0') })[1]).toBeUndefined()
  })

  test('follows a call that was given up', () => {
    expect(linked({ at: 0, error: 'aborted' }, { at: 50 })).toEqual([undefined, 0])
  })

  test.each<[string, Attempt, Attempt]>([
    ['an answer', { at: 0, status: 200 }, { at: 50 }],
    ['a refusal that no attempt gets past', { at: 0, status: 400, failure: provider }, { at: 50 }],
    ['a call that is still on', { at: 0, until: 80, status: 500, failure: provider }, { at: 50 }],
    ['a call with another body', { at: 0, status: 500, failure: provider, body: '{}' }, { at: 50 }],
    ['a call elsewhere', { at: 0, status: 500, failure: provider, url: 'http://other/v1' }, { at: 50 }],
  ])('never follows %s', (_, first, second) => {
    expect(linked(first, second)).toEqual([undefined, undefined])
  })

  test('takes one failed call for itself: parallel calls with the same body have one each', () => {
    const refused = { status: 429, failure: rateLimit }
    expect(linked({ at: 0, ...refused }, { at: 1, ...refused }, { at: 50 }, { at: 51 }, { at: 52 })).toEqual([
      undefined,
      undefined,
      1,
      0,
      undefined,
    ])
  })
})
