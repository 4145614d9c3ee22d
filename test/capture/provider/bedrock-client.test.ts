import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { FetchHttpHandler } from '@smithy/fetch-http-handler'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, test } from 'vitest'
import { only, thrownBy, watch } from '../watch.ts'
import { exceptionFrame, frame } from './amazon-frames.ts'
import { observedServer, send } from './observed-server.ts'

const prompt = 'Say hello'
const serve = observedServer()

describe('the client of Bedrock', () => {
  const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
  const reported = {
    inputTokens: 10,
    outputTokens: 12,
    totalTokens: 127,
    cacheReadInputTokens: 100,
    cacheWriteInputTokens: 5,
  }
  const frames = [
    frame('messageStart', { role: 'assistant' }),
    frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Grüße' } }),
    frame('contentBlockStop', { contentBlockIndex: 0 }),
    frame('contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId: 't', name: 'f' } } }),
    frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{}' } } }),
    frame('contentBlockStop', { contentBlockIndex: 1 }),
    frame('messageStop', { stopReason: 'tool_use' }),
    frame('metadata', { usage: reported, metrics: { latencyMs: 4 } }),
  ]
  const content = [{ text: 'Grüße' }, { toolUse: { toolUseId: 't', name: 'f', input: {} } }]
  const whole = {
    output: { message: { role: 'assistant', content } },
    stopReason: 'tool_use',
    usage: reported,
    metrics: { latencyMs: 4 },
  }
  const expected = {
    provider: 'bedrock',
    api: 'converse',
    model: modelId,
    toolCalls: 1,
    usage: { inputTokens: 115, outputTokens: 12, cachedTokens: 100, cacheWriteTokens: 5 },
  }
  const params = { modelId, messages: [{ role: 'user' as const, content: [{ text: prompt }] }] }

  const answer = (response: ServerResponse, { url = '' }: IncomingMessage) => {
    if (url.endsWith('-stream')) send(response, 'application/vnd.amazon.eventstream', ...frames)
    else send(response, 'application/json', JSON.stringify(whole))
  }
  const handlers = { fetch: () => new FetchHttpHandler(), 'node:http': () => new NodeHttpHandler() }

  function clientOf(endpoint: string, requestHandler?: FetchHttpHandler | NodeHttpHandler): BedrockRuntimeClient {
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
    const options = { region: 'us-east-1', endpoint, credentials, maxAttempts: 1 }
    return new BedrockRuntimeClient(requestHandler === undefined ? options : { ...options, requestHandler })
  }

  async function drain(client: BedrockRuntimeClient): Promise<unknown> {
    const { stream } = await client.send(new ConverseStreamCommand(params))
    let usage: unknown
    for await (const event of stream ?? []) usage = event.metadata?.usage ?? usage
    return usage
  }

  test.each(Object.entries(handlers))('is seen over %s, plain and streamed, as it sees itself', async (_, handler) => {
    const client = clientOf(await serve(answer), handler())
    const plain = await watch(() => client.send(new ConverseCommand(params)))
    expect(plain.result.usage).toEqual(reported)
    expect(only(plain.calls)).toMatchObject({ ...expected, streamed: false })
    const stream = await watch(() => drain(client))
    expect(stream.result).toEqual(reported)
    expect(only(stream.calls)).toMatchObject({ ...expected, streamed: true, firstTextAtMs: expect.any(Number) })
    expect(only(stream.calls).failure).toBeUndefined()
    client.destroy()
  })

  test('is seen over HTTP/2, which it speaks by itself', async () => {
    const http2 = createHttp2Server()
    http2.on('stream', (stream, headers) => {
      const streamed = headers[':path']?.endsWith('-stream') === true
      stream.respond({ 'content-type': streamed ? 'application/vnd.amazon.eventstream' : 'application/json' })
      stream.end(streamed ? Buffer.concat(frames) : JSON.stringify(whole))
    })
    await new Promise<void>((resolve) => http2.listen(0, '127.0.0.1', resolve))
    const address = http2.address()
    if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
    const client = clientOf(`http://127.0.0.1:${address.port}`)
    const plain = await watch(() => client.send(new ConverseCommand(params)))
    expect(only(plain.calls)).toMatchObject({ ...expected, streamed: false })
    const stream = await watch(() => drain(client))
    expect(stream.result).toEqual(reported)
    expect(only(stream.calls)).toMatchObject({ ...expected, streamed: true })
    client.destroy()
    await new Promise<void>((resolve) => http2.close(() => resolve()))
  })

  test('whose stream is throttled has failed', async () => {
    const throttled = exceptionFrame('throttlingException', 'Too many tokens')
    const client = clientOf(
      await serve((response) => send(response, 'application/vnd.amazon.eventstream', ...frames.slice(0, 2), throttled)),
      new FetchHttpHandler(),
    )
    const { calls } = await watch(() => thrownBy(() => drain(client)))
    expect(only(calls).failure).toEqual({ class: 'rateLimit', message: 'Too many tokens' })
  })
})
