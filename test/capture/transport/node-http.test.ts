import http from 'node:http'
import type net from 'node:net'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import axios from 'axios'
import got from 'got'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { only, thrownBy, watch } from '../watch.ts'
import { chatEvent, chatStream, chatUsage, usage } from '../wire-server.ts'
import { type ByteServer, type Reply, startHttp1 } from './byte-server.ts'
import { startProxy } from './proxy.ts'

const path = '/v1/chat/completions'
const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Grüße, 世界' }] })
const completion = { model: 'gpt-5-2025-08-07', choices: [], usage: chatUsage }

let stop: () => void
const servers: { close: () => Promise<void> }[] = []

beforeAll(() => {
  stop = observe()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
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

function post(url: string, options: http.RequestOptions = {}): http.ClientRequest {
  return http.request(url, { method: 'POST', ...options })
}

function responseTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
}

function closed(emitter: http.ClientRequest | http.IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    emitter.on('error', () => undefined)
    emitter.on('close', () => resolve())
  })
}

describe('the body of a request', () => {
  test('is seen in text of any encoding, in bytes, and by a pipe', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { wires } = await watch(async () => {
      const request = post(origin + path)
      request.write(body.slice(0, 20))
      request.write(Buffer.from(body.slice(20, 30)).toString('hex'), 'hex', () => undefined)
      request.write(new Uint8Array(Buffer.from(body.slice(30, 40))))
      request.write('')
      const response = responseTo(request)
      const rest = new PassThrough()
      rest.end(body.slice(40))
      await pipeline(rest, request)
      await buffer(await response)
    })
    expect(Buffer.concat(only(wires).requestChunks).toString()).toBe(body)
  })

  test('may be missing', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls } = await watch(async () => {
      const request = post(origin + path)
      const response = responseTo(request)
      request.end(() => undefined)
      await buffer(await response)
    })
    expect(only(calls)).toMatchObject({ status: 200, usage })
  })
})

describe('a response', () => {
  test('does not flow before its agent reads it', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls, result } = await watch(async () => {
      const request = post(origin + path)
      const coming = responseTo(request)
      request.end(body)
      const response = await coming
      const { readableFlowing } = response
      const listeners = response
        .eventNames()
        .filter((name) => ['data', 'readable', 'error', 'close'].includes(String(name)))
      const text = (await buffer(response)).toString()
      return { readableFlowing, listeners, text, keys: Object.keys(response) }
    })
    expect(result).toMatchObject({ readableFlowing: null, listeners: [], text: JSON.stringify(completion) })
    expect(result.keys).not.toContain('push')
    expect(only(calls).usage).toEqual(usage)
  })

  test('whose text is decoded for its agent is read as bytes', async () => {
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatStream.join(''))
      reply.end()
    })
    const { calls, result } = await watch(async () => {
      const request = post(origin + path)
      const coming = responseTo(request)
      request.end(body)
      const response = await coming
      response.setEncoding('utf8')
      let text = ''
      for await (const chunk of response) text += chunk
      return text
    })
    expect(result).toBe(chatStream.join(''))
    expect(only(calls)).toMatchObject({ usage, streamed: true, firstTextAtMs: expect.any(Number) })
  })

  test('that is piped on is read', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls, result } = await watch(async () => {
      const request = post(origin + path)
      const coming = responseTo(request)
      request.end(body)
      return buffer((await coming).pipe(new PassThrough()))
    })
    expect(JSON.parse(result.toString())).toEqual(completion)
    expect(only(calls).usage).toEqual(usage)
  })

  test('that nobody listens for is dumped as ever, and the call has ended', async () => {
    const agent = new http.Agent({ keepAlive: true })
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls } = await watch(async () => {
      const request = post(origin + path, { agent })
      request.end(body)
      await closed(request)
    })
    agent.destroy()
    expect(only(calls)).toMatchObject({ status: 200, endedAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
  })

  test('that its agent resumes without reading it is read', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls } = await watch(async () => {
      const request = post(origin + path)
      request.on('response', (response) => response.resume())
      request.end(body)
      await closed(request)
    })
    expect(only(calls)).toMatchObject({ usage, endedAtMs: expect.any(Number) })
  })

  test('that is never read stays open once more came than fits', async () => {
    const { origin } = await serve((reply) => reply.json(200, { ...completion, padding: 'x'.repeat(1_000_000) }))
    const { calls } = await watch(async () => {
      const request = post(origin + path)
      const coming = responseTo(request)
      request.end(body)
      await coming
    })
    expect(only(calls)).toMatchObject({ status: 200 })
    expect(only(calls).endedAtMs).toBeUndefined()
    expect(only(calls).failure).toBeUndefined()
  })

  test('that its agent destroys has ended at once, and has not failed', async () => {
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatEvent({ content: 'Grüße' }))
    })
    const { calls } = await watch(async () => {
      const request = post(origin + path)
      const coming = responseTo(request)
      request.end(body)
      const response = await coming
      response.on('error', () => undefined)
      response.destroy()
    })
    expect(only(calls)).toMatchObject({ status: 200, endedAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
  })
})

describe('a request that its agent gives up', () => {
  test.each<[string, (request: http.ClientRequest) => void]>([
    ['destroy', (request) => request.destroy()],
    ['abort', (request) => request.abort()],
  ])('by %s has ended and not failed, though Node says that the connection hung up', async (_, giveUp) => {
    const { origin } = await serve(() => giveUp(request))
    let request = new http.ClientRequest('http://127.0.0.1:1')
    request.on('error', () => undefined)
    request.destroy()
    const { calls } = await watch(async () => {
      request = post(origin + path)
      request.end(body)
      await closed(request)
    })
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).failure).toBeUndefined()
  })

  test('before it was sent has ended and not failed', async () => {
    const { calls } = await watch(async () => {
      const request = post(`http://127.0.0.1:1${path}`)
      request.destroy()
      await closed(request)
    })
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).failure).toBeUndefined()
  })

  test.each<[string, (url: string) => Promise<unknown>]>([
    ['got', (url) => got.post(url, { body, timeout: { request: 20 }, retry: { limit: 0 } })],
    ['axios', (url) => axios.post(url, body, { timeout: 20, transitional: { clarifyTimeoutError: true } })],
  ])('by the timeout of %s has failed by one', async (_, ask) => {
    const { origin } = await serve(() => undefined)
    const { calls } = await watch(() => thrownBy(() => ask(origin + path)))
    expect(only(calls)).toMatchObject({ failure: { class: 'timeout' }, endedAtMs: expect.any(Number) })
  })
})

test('a client that retries makes a call for each attempt', async () => {
  let attempts = 0
  const { origin } = await serve((reply) => reply.json(++attempts < 3 ? 503 : 200, completion))
  const retry = {
    limit: 4,
    methods: ['POST' as const],
    calculateDelay: ({ computedValue }: { computedValue: number }) => Math.min(computedValue, 1),
  }
  const { calls } = await watch(() => got.post(origin + path, { body, retry }))
  expect(calls.map((call) => call.status)).toEqual([503, 503, 200])
})

describe('through a proxy', () => {
  test('the URL is that of the model, not that of the proxy', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const { calls } = await watch(async () => {
      const request = post(origin, { path: `http://api.example.com${path}?api-version=1` })
      const coming = responseTo(request)
      request.end(body)
      await buffer(await coming)
    })
    expect(only(calls)).toMatchObject({ url: `http://api.example.com${path}`, usage })
  })

  test('the CONNECT is no call, the request in the tunnel is', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    const tunnel = await startProxy()
    servers.push(tunnel)
    const { calls } = await watch(async () => {
      const { host } = new URL(origin)
      const connect = http.request(tunnel.origin, { method: 'CONNECT', path: host })
      const socket = new Promise<net.Socket>((resolve) => connect.on('connect', (_, opened) => resolve(opened)))
      connect.end()
      const opened = await socket
      const request = post(origin + path, { createConnection: () => opened })
      const coming = responseTo(request)
      request.end(body)
      await buffer(await coming)
    })
    expect(only(calls)).toMatchObject({ url: origin + path, usage })
  })
})

describe('what is no model call', () => {
  test('is left as it is: a GET from the start, a POST as soon as its body tells', async () => {
    const { origin } = await serve((reply) => reply.json(200, {}))
    const { calls, result } = await watch(async () => {
      const get = http.get(`${origin}/v1/models`)
      const order = post(`${origin}/orders`)
      const coming = [responseTo(get), responseTo(order)]
      order.end('{"item":"lamp"}')
      const tapped = [get, order].flatMap((request) =>
        ['write', 'end', 'destroy', 'emit'].filter((name) => Object.hasOwn(request, name)),
      )
      for (const response of coming) {
        const message = await response
        tapped.push(...['push', '_destroy'].filter((name) => Object.hasOwn(message, name)))
        await buffer(message)
      }
      return tapped
    })
    expect(calls).toEqual([])
    expect(result).toEqual([])
  })
})
