import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'
import * as undici from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { only, watch } from '../watch.ts'
import { chatStream, chatUsage, usage } from '../wire-server.ts'
import { type ByteServer, type Reply, startHttp1 } from './byte-server.ts'
import { type ProxyServer, startProxy } from './proxy.ts'

const path = '/v1/chat/completions'
const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Grüße, 世界' }] })
const completion = { model: 'gpt-5-2025-08-07', choices: [], usage: chatUsage }

let stop: () => void
const servers: { close: () => Promise<unknown> }[] = []

beforeAll(() => {
  stop = observe()
})
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.close()
})
afterAll(() => {
  stop()
  expect(captureFaults()).toEqual({ count: 0 })
})

async function serve(answer: (reply: Reply) => unknown): Promise<ByteServer> {
  const server = await startHttp1(answer)
  servers.push(server)
  return server
}

function owned<Dispatcher extends undici.Dispatcher>(dispatcher: Dispatcher): Dispatcher {
  servers.push({ close: () => dispatcher.destroy() })
  return dispatcher
}

describe('dispatchers of the package', () => {
  test.each<[string, (origin: string) => undici.Dispatcher]>([
    ['Agent', () => new undici.Agent({ connections: 2 })],
    ['Pool', (origin) => new undici.Pool(origin, { connections: 1, pipelining: 1 })],
    ['Client', (origin) => new undici.Client(origin)],
    ['RetryAgent', () => new undici.RetryAgent(new undici.Agent())],
    ['EnvHttpProxyAgent', () => new undici.EnvHttpProxyAgent({ noProxy: '*' })],
  ])('%s: each of 20 runs at once has its own calls', async (_, make) => {
    const { origin } = await serve((reply) => reply.json(200, { ...completion, model: reply.header('x-run') }))
    const dispatcher = owned(make(origin))
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, run) => {
        const options = { method: 'POST' as const, body, dispatcher, headers: { 'x-run': `run-${run}` } }
        return watch(async () => {
          await (await undici.request(origin + path, options)).body.json()
          await (await undici.fetch(origin + path, options)).json()
        })
      }),
    )
    for (const [run, { calls }] of runs.entries()) {
      expect(calls.map((call) => [call.model, call.usage])).toEqual([
        [`run-${run}`, usage],
        [`run-${run}`, usage],
      ])
    }
  })

  test('each attempt of a RetryAgent is a call', async () => {
    let attempts = 0
    const { origin } = await serve((reply) => reply.json(++attempts < 3 ? 503 : 200, completion))
    const options = { methods: ['POST' as const], minTimeout: 1, timeoutFactor: 1 }
    const dispatcher = owned(new undici.RetryAgent(new undici.Agent(), options))
    const { calls } = await watch(async () =>
      (await undici.request(origin + path, { method: 'POST', body, dispatcher })).body.json(),
    )
    expect(calls.map((call) => [call.status, call.endedAtMs !== undefined])).toEqual([
      [503, true],
      [503, true],
      [200, true],
    ])
    expect(calls[2]?.usage).toEqual(usage)
  })

  test('the client of OpenAI with the fetch of the package and an Agent of its own', async () => {
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatStream.join(''))
      reply.end()
    })
    const dispatcher = owned(new undici.Agent())
    const fetchOfPackage: typeof fetch = (input, init) =>
      Reflect.apply(undici.fetch, undefined, [input, { ...init, dispatcher }])
    const client = new OpenAI({ apiKey: 'none', baseURL: `${origin}/v1`, fetch: fetchOfPackage })
    const { calls } = await watch(async () => {
      for await (const _ of await client.chat.completions.create({ model: 'gpt-5', messages: [], stream: true }));
    })
    expect(only(calls)).toMatchObject({ streamed: true, usage, firstTextAtMs: expect.any(Number) })
  })
})

describe('methods of the package', () => {
  test('stream and pipeline', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls } = await watch(async () => {
      const target = new PassThrough()
      const read = text(target)
      await undici.stream(origin + path, { method: 'POST', body }, () => target)
      await read
      const pipeline = undici.pipeline(origin + path, { method: 'POST' }, ({ body: response }) => response)
      pipeline.end(body)
      await text(pipeline)
    })
    expect(calls.map((call) => call.usage)).toEqual([usage, usage])
  })

  test.each<[string, (halves: string[]) => Readable]>([
    ['text', (halves) => Readable.from(halves)],
    ['bytes', (halves) => Readable.from(halves.map((half) => Buffer.from(half)))],
  ])('a body that is a stream of %s is seen', async (_, make) => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { wires } = await watch(async () => {
      const options = { method: 'POST' as const, body: make([body.slice(0, 40), body.slice(40)]) }
      await (await undici.request(origin + path, options)).body.json()
    })
    expect(Buffer.concat(only(wires).requestChunks).toString()).toBe(body)
  })
})

async function proxied(): Promise<ProxyServer> {
  const proxy = await startProxy()
  servers.push(proxy)
  return proxy
}

describe('through a proxy', () => {
  test.each([true, false])(
    'the CONNECT is no call, and the URL is that of the model (tunnel: %s)',
    async (proxyTunnel) => {
      const { origin } = await serve((reply) => reply.json(200, completion))
      const proxy = await proxied()
      const dispatcher = owned(new undici.ProxyAgent({ uri: proxy.origin, proxyTunnel }))
      const { calls } = await watch(async () => {
        await (await undici.request(origin + path, { method: 'POST', body, dispatcher })).body.json()
        await (await undici.fetch(origin + path, { method: 'POST', body, dispatcher })).json()
      })
      expect(new Set(proxy.served)).toEqual(new Set([proxyTunnel ? 'CONNECT' : 'POST']))
      expect(calls.map((call) => [call.url, call.usage])).toEqual([
        [origin + path, usage],
        [origin + path, usage],
      ])
    },
  )

  test('of the environment too', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const proxy = await proxied()
    const dispatcher = owned(new undici.EnvHttpProxyAgent({ httpProxy: proxy.origin, noProxy: '' }))
    const { calls } = await watch(async () =>
      (await undici.request(origin + path, { method: 'POST', body, dispatcher })).body.json(),
    )
    expect(proxy.served).toHaveLength(1)
    expect(only(calls)).toMatchObject({ url: origin + path, usage })
  })
})
