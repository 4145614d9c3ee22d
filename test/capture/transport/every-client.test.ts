import zlib from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { classifyError } from '../../../src/capture/classify-error.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { headerOf } from '../../../src/capture/wire-call.ts'
import type { ModelCall } from '../../../src/domain/span.ts'
import { only, thrownBy, type Watched, watch } from '../watch.ts'
import { chatEvent, chatStream, chatUsage, gate, usage } from '../wire-server.ts'
import { type ByteServer, type Reply, startHttp1, startHttp2 } from './byte-server.ts'
import { type Client, clients, http2Client, textOf } from './clients.ts'

const path = '/v1/chat/completions'
const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Grüße, 世界' }] })
const completion = {
  model: 'gpt-5-2025-08-07',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: chatUsage,
}
/** Clients that destroy the request without the signal's reason. */
const withoutReason = new Set(['axios', 'got', 'node-fetch'])
const overHttp2 = http2Client()
const cases: [string, Client, typeof startHttp1][] = [
  ...Object.entries(clients).map(([name, client]): [string, Client, typeof startHttp1] => [name, client, startHttp1]),
  ['node:http2', overHttp2.ask, startHttp2],
]

let stop: () => void
const servers: ByteServer[] = []

beforeAll(() => {
  stop = observe()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
afterAll(() => {
  stop()
  overHttp2.close()
  expect(captureFaults()).toEqual({ count: 0 })
})

describe.each(cases)('%s', (name, client, start) => {
  async function serve(answer: (reply: Reply) => unknown): Promise<ByteServer> {
    const server = await start(answer)
    servers.push(server)
    return server
  }

  /** What the client made of a server that answers so, when it reads the whole response. */
  async function watchWhole(answer: (reply: Reply) => unknown): Promise<Watched<string>> {
    const { origin } = await serve(answer)
    return watch(async () => textOf(await client({ url: origin + path, body })))
  }

  test('a plain response is read with its usage, and the request as it was sent', async () => {
    const { calls, wires, latencyMs } = await watchWhole((reply) => reply.json(200, completion))
    const call = only(calls)
    expect(call).toMatchObject({ provider: 'openai', api: 'chat', model: 'gpt-5-2025-08-07', streamed: false, usage })
    expect(call).toMatchObject({ status: 200, url: `${servers[0]?.origin}${path}` })
    expect(call.failure).toBeUndefined()
    const instants = [0, call.startedAtMs, call.headersAtMs ?? -1, call.endedAtMs ?? -1, latencyMs]
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
    expect(Buffer.concat(only(wires).requestChunks).toString()).toBe(body)
  })

  test('headers of the request are kept', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const headers = { 'x-stainless-retry-count': '2' }
    const { wires } = await watch(async () => textOf(await client({ url: origin + path, body, headers })))
    expect(headerOf(only(wires).rawRequestHeaders, 'x-stainless-retry-count')).toBe('2')
  })

  test('a stream has its content when it came', async () => {
    const [first, second] = [gate(), gate()]
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await first.opened
      await reply.write(chatEvent({ content: 'Grüße' }))
      await second.opened
      await reply.write(chatStream.slice(2).join(''))
      reply.end()
    })
    const { calls, result } = await watch(async () => {
      const response = await client({ url: origin + path, body })
      const iterator = response[Symbol.asyncIterator]()
      first.open()
      await iterator.next()
      const betweenAtMs = performance.now()
      second.open()
      while (!(await iterator.next()).done);
      return betweenAtMs
    })
    expect(result).toBeGreaterThan(0)
    const call = only(calls)
    expect(call).toMatchObject({ streamed: true, usage })
    expect(call.failure).toBeUndefined()
    const instants = [call.headersAtMs, call.firstTextAtMs, call.lastContentAtMs, call.endedAtMs].map(Number)
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
    expect(call.lastContentAtMs).toBeGreaterThan(call.firstTextAtMs ?? Number.POSITIVE_INFINITY)
  })

  test.each(['gzip', 'br', 'zstd'])('a stream that is compressed is read (%s)', async (encoding) => {
    const compress = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync, zstd: zlib.zstdCompressSync }[encoding]
    const { origin } = await serve(async (reply) => {
      reply.startStream({ 'content-encoding': encoding })
      await reply.write(compress?.(chatStream.join('')) ?? '')
      reply.end()
    })
    // What the client makes of the coding is its own business.
    const { calls } = await watch(() => textOfAny(client({ url: origin + path, body })))
    expect(only(calls)).toMatchObject({ streamed: true, usage, firstTextAtMs: expect.any(Number) })
  })

  test.each([
    [401, 'provider'],
    [429, 'rateLimit'],
    [500, 'provider'],
  ])('%i is a failure of class %s', async (status, errorClass) => {
    const { calls } = await watchWhole((reply) => reply.json(status, { error: { message: 'no, thanks' } }))
    expect(only(calls)).toMatchObject({ status, failure: { class: errorClass, message: 'no, thanks' } })
    expect(only(calls).endedAtMs).toBeDefined()
  })

  test('a refused connection is a failed call', async () => {
    const { origin, close } = await serve(() => undefined)
    await close()
    const { calls, result } = await watch(() => thrownBy(() => client({ url: origin + path, body })))
    expectLost(calls, result)
    expect(only(calls).status).toBeUndefined()
  })

  test('an unknown host is a failed call', async () => {
    const url = `http://nowhere.invalid${path}`
    const { calls, result } = await watch(() => thrownBy(() => client({ url, body })))
    expectLost(calls, result)
  })

  test.each(['close', 'reset'] as const)('a connection that the server %ss before the response', async (cut) => {
    const { origin } = await serve((reply) => reply[cut]())
    const { calls, result } = await watch(() => thrownBy(() => client({ url: origin + path, body })))
    expectLost(calls, result)
    expect(only(calls).status).toBeUndefined()
  })

  test.each(['close', 'reset'] as const)('a connection that the server %ss in the middle of a stream', async (cut) => {
    const received = gate()
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatEvent({ content: 'Grüße' }))
      await received.opened
      reply[cut]()
    })
    const { calls } = await watch(async () => {
      const response = await client({ url: origin + path, body })
      const iterator = response[Symbol.asyncIterator]()
      await iterator.next()
      received.open()
      try {
        while (!(await iterator.next()).done);
      } catch {
        // Streams of HTTP/2 end in silence on some versions of Node.
      }
    })
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, failure: { class: 'connection' } })
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).firstTextAtMs).toBeDefined()
    expect(only(calls).usage).toBeUndefined()
  })

  test('a call that the agent aborts before the response has ended and not failed', async () => {
    const controller = new AbortController()
    const { origin } = await serve(() => controller.abort())
    const ask = () => client({ url: origin + path, body, signal: controller.signal })
    const { calls, result } = await watch(() => thrownBy(ask))
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).failure).toBeUndefined()
    expect(classifyError(result, calls)).toBe('agent')
  })

  test('a call that the agent aborts in the middle of a stream has ended and not failed', async () => {
    const controller = new AbortController()
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatEvent({ content: 'Grüße' }))
    })
    const { calls } = await watch(() =>
      thrownBy(async () => {
        for await (const _ of await client({ url: origin + path, body, signal: controller.signal })) controller.abort()
      }),
    )
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, endedAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
  })

  test('a stream that the agent breaks out of has ended and not failed', async () => {
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatEvent({ content: 'Grüße' }))
    })
    const { calls } = await watch(async () => {
      for await (const _ of await client({ url: origin + path, body })) break
      await new Promise(setImmediate)
    })
    expect(only(calls)).toMatchObject({ endedAtMs: expect.any(Number), firstTextAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
  })

  test('a call that a time limit gives up has ended, and failed by a timeout when the client passes that on', async () => {
    const { origin } = await serve(() => undefined)
    const ask = () => client({ url: origin + path, body, signal: AbortSignal.timeout(20) })
    const { calls } = await watch(() => thrownBy(ask))
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).failure?.class).toBe(withoutReason.has(name) ? undefined : 'timeout')
  })

  test('a stream that ends before its last event was cut', async () => {
    const { calls } = await watchWhole(async (reply) => {
      reply.startStream()
      await reply.write(chatStream.slice(0, 3).join(''))
      reply.end()
    })
    expect(only(calls).failure).toEqual({ class: 'connection', message: 'The stream ended before its last event' })
  })

  test('one connection serves many calls', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls } = await watch(async () => {
      for (let time = 0; time < 3; time++) await textOf(await client({ url: origin + path, body }))
    })
    expect(calls.map((call) => call.usage)).toEqual([usage, usage, usage])
  })

  test('each of 20 runs at once has its own calls', async () => {
    const { origin } = await serve((reply) => reply.json(200, { ...completion, model: reply.header('x-run') }))
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, run) => {
        const headers = { 'x-run': `run-${run}` }
        const ask = async () => textOf(await client({ url: origin + path, body, headers }))
        return watch(async () => {
          await Promise.all([ask(), ask()])
          await ask()
        })
      }),
    )
    for (const [run, { calls }] of runs.entries()) {
      expect(calls.map((call) => call.model)).toEqual(Array.from({ length: 3 }, () => `run-${run}`))
    }
  })

  test('a POST of something else is not followed, one that asks a model at an unknown path is', async () => {
    const { origin } = await serve((reply) => reply.json(200, {}))
    const { calls } = await watch(async () => {
      await textOf(await client({ url: `${origin}/orders`, body: JSON.stringify({ item: 'lamp', amount: 3 }) }))
      await textOf(await client({ url: `${origin}/ask/7`, body }))
    })
    expect(only(calls)).toMatchObject({ provider: 'unknown', url: `${origin}/ask/7`, status: 200, model: 'gpt-5' })
    expect(only(calls).endedAtMs).toBeDefined()
  })
})

function expectLost(calls: readonly ModelCall[], thrown: unknown): void {
  expect(only(calls)).toMatchObject({ failure: { class: 'connection' }, endedAtMs: expect.any(Number) })
  expect(classifyError(thrown, calls)).toBe('connection')
}

async function textOfAny(response: Promise<AsyncIterable<unknown>>): Promise<string> {
  try {
    return await textOf(await response)
  } catch {
    return ''
  }
}
