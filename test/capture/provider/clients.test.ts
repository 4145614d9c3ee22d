import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import { streamText } from 'ai'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { classifyError } from '../../../src/capture/classify-error.ts'
import { only, thrownBy, watch } from '../watch.ts'
import { sse } from '../wire-server.ts'
import { observedServer, refuse, send } from './observed-server.ts'

const prompt = 'Say hello'
const serve = observedServer()

describe('the client of Anthropic', () => {
  const params = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user' as const, content: prompt }] }
  const startUsage = {
    input_tokens: 10,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 5,
    output_tokens: 1,
  }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5' }
  const usage = { inputTokens: 115, outputTokens: 12, cachedTokens: 100, cacheWriteTokens: 5 }
  const events = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: startUsage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{}' } },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 12 } },
    { type: 'message_stop' },
  ].map((event) => sse(event, event.type))
  const expected = { provider: 'anthropic', api: 'messages', model: message.model, toolCalls: 1 }

  const clientOf = (baseURL: string) => new Anthropic({ apiKey: 'none', baseURL, maxRetries: 0 })

  test('is seen, plain and streamed, as it sees itself', async () => {
    const content = [
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
    ]
    const whole = { ...message, content, stop_reason: 'tool_use', usage: { ...startUsage, output_tokens: 12 } }
    const client = clientOf(
      await serve((response, _request, body) => {
        const streamed = typeof body === 'object' && body !== null && 'stream' in body && body.stream === true
        if (streamed) send(response, 'text/event-stream', ...events)
        else send(response, 'application/json', JSON.stringify(whole))
      }),
    )
    const plain = await watch(() => client.messages.create(params))
    expect(plain.result.usage).toMatchObject({ input_tokens: 10, output_tokens: 12 })
    expect(only(plain.calls)).toMatchObject({ ...expected, streamed: false, usage })
    const stream = await watch(() => client.messages.stream(params).finalMessage())
    expect(stream.result.usage).toMatchObject({ input_tokens: 10, output_tokens: 12 })
    expect(only(stream.calls)).toMatchObject({ ...expected, streamed: true, usage, firstTextAtMs: expect.any(Number) })
    expect(only(stream.calls).failure).toBeUndefined()
  })

  test('is seen when the AI SDK speaks for it', async () => {
    const baseURL = `${await serve((response) => send(response, 'text/event-stream', ...events))}/v1`
    const model = createAnthropic({ apiKey: 'none', baseURL })('claude-sonnet-5')
    const { calls, result } = await watch(async () => await streamText({ model, prompt }).usage)
    expect(result).toMatchObject({ inputTokens: 115, outputTokens: 12 })
    expect(only(calls)).toMatchObject({ ...expected, streamed: true, usage })
  })

  test('that is refused is classified alike on the wire and in what it throws', async () => {
    const error = { type: 'rate_limit_error', message: 'slow down' }
    const client = clientOf(await serve((response) => refuse(response, 429, { type: 'error', error })))
    const { calls, result } = await watch(() => thrownBy(() => client.messages.create(params)))
    expect(only(calls)).toMatchObject({
      failure: { class: 'rateLimit', message: 'slow down' },
      retryAfterMs: 3_000,
      status: 429,
    })
    expect(classifyError(result, calls)).toBe('rateLimit')
  })

  test('whose stream fails has failed', async () => {
    const overloaded = sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error')
    const client = clientOf(
      await serve((response) => send(response, 'text/event-stream', ...events.slice(0, 3), overloaded)),
    )
    const { calls } = await watch(() => thrownBy(() => client.messages.stream(params).finalMessage()))
    expect(only(calls).failure).toEqual({ class: 'provider', message: 'Overloaded' })
  })
})

describe('the client of Google', () => {
  const usageMetadata = {
    promptTokenCount: 110,
    cachedContentTokenCount: 100,
    candidatesTokenCount: 8,
    thoughtsTokenCount: 4,
    totalTokenCount: 122,
  }
  const chunk = (parts: object[], rest: object = {}) => ({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...rest }],
    usageMetadata,
    modelVersion: 'gemini-2.5-pro',
  })
  const chunks = [
    chunk([{ text: 'hm', thought: true }]),
    chunk([{ text: 'Hello' }]),
    chunk([{ functionCall: { name: 'f', args: {} } }], { finishReason: 'STOP' }),
  ]
  const expected = {
    provider: 'google',
    api: 'generateContent',
    model: 'gemini-2.5-pro',
    toolCalls: 1,
    usage: { inputTokens: 110, outputTokens: 12, cachedTokens: 100, reasoningTokens: 4 },
  }

  const answer = (response: ServerResponse, { url = '' }: IncomingMessage) => {
    if (url.includes('alt=sse')) {
      send(response, 'text/event-stream', ...chunks.map((part) => `data: ${JSON.stringify(part)}\r\n\r\n`))
    } else {
      const parts = chunks.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts))
      send(response, 'application/json', JSON.stringify(chunk(parts, { finishReason: 'STOP' })))
    }
  }
  const clientOf = (baseUrl: string) => new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl } })
  const params = { model: 'gemini-2.5-pro', contents: prompt }

  test('is seen, plain and streamed, as it sees itself', async () => {
    const client = clientOf(await serve(answer))
    const plain = await watch(() => client.models.generateContent(params))
    expect(plain.result.usageMetadata).toMatchObject(usageMetadata)
    expect(only(plain.calls)).toMatchObject({ ...expected, streamed: false })
    const stream = await watch(async () => {
      for await (const part of await client.models.generateContentStream(params))
        expect(part.usageMetadata).toBeDefined()
    })
    expect(only(stream.calls)).toMatchObject({ ...expected, streamed: true, reasoningStreamed: true })
    expect(only(stream.calls).failure).toBeUndefined()
  })

  test('is seen when the AI SDK speaks for it', async () => {
    const baseURL = `${await serve(answer)}/v1beta`
    const model = createGoogleGenerativeAI({ apiKey: 'none', baseURL })('gemini-2.5-pro')
    const { calls, result } = await watch(async () => await streamText({ model, prompt }).usage)
    expect(result).toMatchObject({ inputTokens: 110, outputTokens: 12 })
    expect(only(calls)).toMatchObject({ ...expected, streamed: true })
  })

  test('that is refused is classified alike on the wire and in what it throws', async () => {
    const error = { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' }
    const client = clientOf(await serve((response) => refuse(response, 429, { error })))
    const { calls, result } = await watch(() => thrownBy(() => client.models.generateContent(params)))
    expect(result).toBeInstanceOf(ApiError)
    expect(calls[0]).toMatchObject({ failure: { class: 'rateLimit', message: 'Quota exceeded' }, retryAfterMs: 3_000 })
    expect(classifyError(result, calls)).toBe('rateLimit')
  })
})

describe('the client of OpenAI', () => {
  test('is seen when it completes text and when it embeds', async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 }
    const origin = await serve((response, { url = '' }) => {
      if (url.endsWith('/embeddings')) {
        const data = [{ object: 'embedding', index: 0, embedding: [0.1] }]
        const embedded = {
          object: 'list',
          model: 'text-embedding-3-small',
          data,
          usage: { prompt_tokens: 8, total_tokens: 8 },
        }
        send(response, 'application/json', JSON.stringify(embedded))
      } else {
        const part = { object: 'text_completion', model: 'davinci-002', choices: [{ index: 0, text: 'Hello' }] }
        send(response, 'text/event-stream', sse(part), sse({ ...part, choices: [], usage }), sse('[DONE]'))
      }
    })
    const client = new OpenAI({ apiKey: 'none', baseURL: `${origin}/v1`, maxRetries: 0 })
    const { calls } = await watch(async () => {
      for await (const _ of await client.completions.create({ model: 'davinci-002', prompt, stream: true }));
      await client.embeddings.create({ model: 'text-embedding-3-small', input: prompt, encoding_format: 'float' })
    })
    expect(calls).toMatchObject([
      {
        api: 'completions',
        streamed: true,
        usage: { inputTokens: 7, outputTokens: 2 },
        firstTextAtMs: expect.any(Number),
      },
      { api: 'embeddings', embeds: true, usage: { inputTokens: 8, outputTokens: 0 } },
    ])
  })
})
