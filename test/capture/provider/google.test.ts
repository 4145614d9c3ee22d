import { describe, expect, test } from 'vitest'
import { google, googleGenerateContent } from '../../../src/capture/provider/google.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { readAll, readBody } from './read.ts'

const reported = {
  promptTokenCount: 1200,
  candidatesTokenCount: 26,
  totalTokenCount: 1320,
  cachedContentTokenCount: 1024,
  toolUsePromptTokenCount: 30,
  thoughtsTokenCount: 64,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 1200 }],
}
const usage = { inputTokens: 1230, outputTokens: 90, cachedTokens: 1024, reasoningTokens: 64 }

function chunk(parts: readonly object[], rest: object = {}, usageMetadata: object = reported) {
  const candidate = { content: { parts, role: 'model' }, index: 0, ...rest }
  return { candidates: [candidate], usageMetadata, modelVersion: 'gemini-2.5-pro', responseId: 'r' }
}

describe('google.recognise', () => {
  const vertex = '/v1/projects/p/locations/global/publishers/google/models'
  test.each([
    ['/v1beta/models/gemini-2.5-pro:generateContent', 'generateContent', undefined],
    ['/v1/models/gemini-2.5-pro:streamGenerateContent', 'generateContent', true],
    ['/v1beta/tunedModels/mine:generateContent', 'generateContent', undefined],
    [`${vertex}/gemini-2.5-pro:generateContent`, 'generateContent', undefined],
    [`${vertex}/gemini-2.5-pro:streamGenerateContent`, 'generateContent', true],
    ['/v1/projects/p/locations/l/endpoints/17:streamGenerateContent', 'generateContent', true],
    ['/v1beta/models/gemini-embedding-001:embedContent', 'embeddings', undefined],
    ['/v1beta/models/gemini-embedding-001:batchEmbedContents', 'embeddings', undefined],
    [`${vertex}/text-embedding-005:predict`, 'embeddings', undefined],
  ])('%s is %s', (path, api, streamsList) => {
    const protocol = google.recognise(path)
    expect(protocol).toMatchObject({ provider: 'google', api })
    expect(protocol?.streamsList).toBe(streamsList)
  })

  test.each([
    '/v1beta/models/gemini-2.5-pro:countTokens',
    '/v1beta/models/gemini-2.5-pro:batchGenerateContent',
    `${vertex}/imagen-4:predict`,
    '/v1beta/cachedContents',
    '/v1beta/models/gemini-2.5-pro',
  ])('%s is nothing to follow', (path) => {
    expect(google.recognise(path)).toBeUndefined()
  })

  test('knows the model that the path names', () => {
    const url = 'https://x/v1beta/models/gemini-2.5-pro:streamGenerateContent'
    expect(google.recognise(url)?.modelIn?.(url)).toBe('gemini-2.5-pro')
  })
})

describe('a whole response', () => {
  test('tells model, usage, tool calls and why the model stopped', () => {
    const parts = [
      { text: 'hm', thought: true },
      { functionCall: { name: 'f', args: {} }, thoughtSignature: 'x' },
      { functionCall: { id: 'call_2', name: 'g', args: { key: 7 } } },
    ]
    expect(readBody(googleGenerateContent, chunk(parts, { finishReason: 'STOP' }))).toEqual({
      model: 'gemini-2.5-pro',
      usage,
      toolCalls: new Map([
        ['0', { name: 'f', input: {} }],
        ['call_2', { name: 'g', input: { key: 7 } }],
      ]),
      stopReason: 'STOP',
      finished: true,
    })
  })

  test('has no cached and no reasoning tokens when it leaves them out, and no output when only the prompt was blocked', () => {
    const plain = { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 }
    const none = { cachedTokens: 0, reasoningTokens: 0 }
    expect(readBody(googleGenerateContent, { usageMetadata: plain }).usage).toEqual({
      inputTokens: 7,
      outputTokens: 2,
      ...none,
    })
    const blocked = {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
    }
    expect(readBody(googleGenerateContent, blocked)).toMatchObject({
      usage: { inputTokens: 7, outputTokens: 0, ...none },
      stopReason: 'SAFETY',
    })
    expect(readBody(googleGenerateContent, { usageMetadata: {} }).usage).toBeUndefined()
  })

  test('that stopped in the middle of its thoughts has output of these only', () => {
    const thoughts = { promptTokenCount: 7, thoughtsTokenCount: 50, totalTokenCount: 57 }
    const body = chunk([], { finishReason: 'MAX_TOKENS' }, thoughts)
    expect(readBody(googleGenerateContent, body).usage).toMatchObject({ outputTokens: 50, reasoningTokens: 50 })
  })

  test('tells the failure of an error body, alone or in the list of a stream, and how long to wait', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' },
    ]
    const error = { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED', details }
    for (const body of [{ error }, [{ error }]]) {
      expect(readBody(googleGenerateContent, body)).toMatchObject({
        failure: { class: 'rateLimit', message: 'Quota exceeded' },
        retryAfterMs: 34_070,
      })
    }
    const overloaded = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }
    expect(readBody(googleGenerateContent, overloaded)).toMatchObject({ failure: { class: 'provider' } })
    expect(readBody(googleGenerateContent, overloaded).retryAfterMs).toBeUndefined()
  })
})

describe('a stream', () => {
  test('has content where the model produced something', () => {
    const { answer, kinds } = readAll(
      googleGenerateContent,
      chunk([{ text: 'hm', thought: true }]),
      chunk([{ text: 'Hello' }]),
      chunk([{ text: '' }]),
      chunk([{ functionCall: { name: 'f', args: {} } }]),
      chunk([{ text: 'hm', thought: true }, { text: 'And' }]),
      chunk([{ text: 'And' }, { functionCall: { name: 'f', args: {} } }]),
      chunk([], { finishReason: 'STOP' }),
    )
    expect(kinds).toEqual(['reasoning', 'text', undefined, 'toolCall', 'text', 'text', undefined])
    expect(answer).toMatchObject({ usage, stopReason: 'STOP', finished: true })
    expect(answer.toolCalls.size).toBe(2)
  })

  test('that was cut before its first tokens were counted does not know its output', () => {
    const { answer } = readAll(googleGenerateContent, chunk([{ text: 'Hello' }], {}, { promptTokenCount: 7 }))
    expect(answer.usage).toMatchObject({ inputTokens: 7 })
    expect(answer.usage?.outputTokens).toBeUndefined()
    expect(answer.finished).toBe(false)
  })

  test('bears an event that was cut', () => {
    expect(readAll(googleGenerateContent, '{"candidates":[{"fin', '[]', 'null').answer).toEqual(emptyAnswer())
  })
})

describe('embeddings', () => {
  test('have the input tokens that Vertex AI or the Gemini API tells', () => {
    const predict = google.recognise('/v1/publishers/google/models/text-embedding-005:predict')
    const embed = google.recognise('/v1beta/models/gemini-embedding-001:embedContent')
    if (predict === undefined || embed === undefined) throw new Error('expected protocols')
    const prediction = { embeddings: { values: [0.1], statistics: { truncated: false, token_count: 4 } } }
    const predicted = readBody(predict, { predictions: [prediction, prediction] })
    expect(predicted.usage).toEqual({ inputTokens: 8, outputTokens: 0 })
    const embedded = readBody(embed, { embedding: { values: [] }, usageMetadata: { promptTokenCount: 4 } })
    expect(embedded.usage).toEqual({ inputTokens: 4, outputTokens: 0 })
    expect(readBody(embed, { embedding: { values: [0.1] } }).usage).toBeUndefined()
    expect(readBody(predict, { predictions: [prediction, {}] }).usage).toBeUndefined()
  })
})
