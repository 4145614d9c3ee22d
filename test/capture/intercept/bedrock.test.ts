import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { FetchHttpHandler } from '@smithy/fetch-http-handler'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { injectFaults } from '../../../src/capture/intercept/faults.ts'
import { observe } from '../../../src/capture/observe.ts'
import type { Fault, FaultEffect, FaultKind } from '../../../src/domain/fault.ts'
import { frame } from '../provider/amazon-frames.ts'
import { only, thrownBy, watch } from '../watch.ts'
import { startWireServer, type WireServer } from '../wire-server.ts'

const params = { modelId: 'amazon.nova-pro-v1:0', messages: [{ role: 'user' as const, content: [{ text: 'hello' }] }] }
const frames = [
  frame('messageStart', { role: 'assistant' }),
  frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Grüße' } }),
  frame('contentBlockStop', { contentBlockIndex: 0 }),
  frame('messageStop', { stopReason: 'end_turn' }),
  frame('metadata', { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 }, metrics: { latencyMs: 4 } }),
]

let server: WireServer
let overHttp2: string
let stop: (() => unknown)[]
beforeAll(async () => {
  server = await startWireServer(async (response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
    for (const one of frames) {
      response.write(one)
      await new Promise(setImmediate)
    }
    response.end()
  })
  const http2Server = createHttp2Server((_, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
    response.end(Buffer.concat(frames))
  })
  await new Promise<void>((resolve) => http2Server.listen(0, '127.0.0.1', resolve))
  overHttp2 = `http://127.0.0.1:${(http2Server.address() as AddressInfo).port}`
  stop = [observe(), () => server.close(), () => http2Server.close()]
})
afterAll(async () => {
  for (const one of stop) await one()
})

const handlers = {
  fetch: () => ({ requestHandler: new FetchHttpHandler(), endpoint: server.origin }),
  'node:http': () => ({ requestHandler: new NodeHttpHandler(), endpoint: server.origin }),
  'its own, over HTTP/2': () => ({ endpoint: overHttp2 }),
}

describe.each(Object.entries(handlers))('the client of Bedrock by %s', (_, optionsOf) => {
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
  const text = async (maxAttempts: number): Promise<string> => {
    const client = new BedrockRuntimeClient({ region: 'us-east-1', credentials, maxAttempts, ...optionsOf() })
    try {
      const { stream } = await client.send(new ConverseStreamCommand(params))
      const events = await Array.fromAsync(stream ?? [])
      return events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('')
    } finally {
      client.destroy()
    }
  }
  const faulted = async <Result>(effect: FaultEffect, work: () => Promise<Result>) => {
    const fault: Fault = { ...effect, calls: [0], provider: 'bedrock' }
    const faults = await injectFaults([fault], 1)
    try {
      return await watch(work)
    } finally {
      await faults.stop()
    }
  }

  test.for<[FaultEffect, string | RegExp]>([
    [{ kind: 'rateLimit' }, 'ThrottlingException'],
    [{ kind: 'serverError', status: 503 }, 'ServiceUnavailableException'],
    [{ kind: 'serverError', status: 500 }, 'InternalServerException'],
    [{ kind: 'connectionRefused' }, /Error/],
    [{ kind: 'cutStream', afterChunks: 1 }, /Error/],
    [{ kind: 'malformedChunk' }, /Error/],
  ])('is told of %j in its own words', async ([effect, name]) => {
    const { result, calls } = await faulted(effect, () => thrownBy(() => text(1)))
    expect(result).toMatchObject({ name: expect.stringMatching(name) })
    expect(only(calls)).toMatchObject({ provider: 'bedrock', injected: effect.kind })
  })

  test('tries again when it is throttled', async () => {
    const { result, calls } = await faulted({ kind: 'rateLimit' }, () => text(2))
    expect(result).toBe('Grüße')
    expect(calls.map(({ status, injected }) => [status, injected])).toEqual<[number, FaultKind | undefined][]>([
      [429, 'rateLimit'],
      [200, undefined],
    ])
  })
})
