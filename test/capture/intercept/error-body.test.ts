import { describe, expect, test } from 'vitest'
import { errorAnswer } from '../../../src/capture/intercept/error-body.ts'
import { recognise } from '../../../src/capture/provider/all.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { retryAfterMs } from '../../../src/capture/provider/retry-after.ts'
import { faultStatuses } from '../../../src/domain/fault.ts'

const paths = {
  openai: '/v1/chat/completions',
  anthropic: '/v1/messages',
  google: '/v1beta/models/gemini-2.5-flash:generateContent',
  cohere: '/v2/chat',
  bedrock: '/model/amazon.nova-pro-v1:0/converse',
  ollama: '/api/chat',
}

describe.each(Object.entries(paths))('%s', (provider, path) => {
  test.each([429, ...faultStatuses] as const)('%i is read as what the provider would say', (status) => {
    const { parts, headers, status: answered } = errorAnswer(provider, { status })
    const answer = emptyAnswer()
    recognise(path)?.readBody(JSON.parse(String(parts[0]?.bytes)), answer)
    expect(answered).toBe(status)
    expect(headers['content-type']).toBe('application/json')
    expect(retryAfterMs(headers)).toBeUndefined()
    expect(answer.retryAfterMs).toBeUndefined()
    expect(answer.failure?.message).toMatch(/\w+/)
  })

  test('it asks to wait', () => {
    const { headers } = errorAnswer(provider, { status: 429, retryAfterMs: 2_000 })
    expect(headers['retry-after']).toBe('2')
    expect(retryAfterMs(headers)).toBe(2_000)
  })
})

test('each has its own form', () => {
  const bodyOf = (provider: string, status: 429 | 529 | 503) =>
    JSON.parse(String(errorAnswer(provider, { status, retryAfterMs: 1_500 }).parts[0]?.bytes))
  expect(bodyOf('openai', 429)).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'requests' } })
  expect(bodyOf('unknown', 429)).toEqual(bodyOf('openai', 429))
  expect(bodyOf('anthropic', 529)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
  expect(bodyOf('google', 429)).toMatchObject({
    error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '1.5s' }] },
  })
  expect(bodyOf('cohere', 503)).toEqual({ message: expect.any(String) })
  expect(bodyOf('ollama', 503)).toEqual({ error: expect.stringContaining('busy') })
  expect(bodyOf('bedrock', 429)).toEqual({ message: expect.any(String) })
  expect(errorAnswer('bedrock', { status: 429 }).headers['x-amzn-errortype']).toBe('ThrottlingException')
})
