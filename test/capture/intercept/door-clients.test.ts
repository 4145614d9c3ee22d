import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { attribute, type CallSink } from '../../../src/capture/attribution.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import type { Passage } from '../../../src/capture/intercept/passage.ts'
import { observe } from '../../../src/capture/observe.ts'
import { type ByteServer, startHttp1, startHttp2 } from '../transport/byte-server.ts'
import { type Client, clients, http2Client, textOf, withUndiciRequest } from '../transport/clients.ts'
import { only, thrownBy, watch } from '../watch.ts'
import { chatStream } from '../wire-server.ts'
import { answer, closeDoor, closeDoorAfterEach, codesOf, departures, open, passages, path, question } from './doors.ts'

const overHttp2 = http2Client()
// Older than any door, and with one connection, so that a request that gets stuck at the door keeps the next from it.
const ownDispatcher = new Agent({ connections: 1 })
// HTTP/2 without TLS; its types do not know of it.
const http2Options = { allowH2: true, useH2c: true }
const overHttp2Dispatcher = new Agent(http2Options)
const ownAgent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const own: Client = async ({ url, body, signal }) => {
  const headers = { 'content-type': 'application/json' }
  const request = http.request(url, { method: 'POST', agent: ownAgent, headers, ...(signal && { signal }) })
  const response = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
  request.end(body)
  return response
}
const cases: [string, Client, typeof startHttp1][] = [
  ...Object.entries(clients).map(([name, client]): [string, Client, typeof startHttp1] => [name, client, startHttp1]),
  ['undici, its own Agent', withUndiciRequest(ownDispatcher), startHttp1],
  ['undici over HTTP/2', withUndiciRequest(overHttp2Dispatcher), startHttp2],
  ['node:http, its own Agent', own, startHttp1],
  ['node:http2', overHttp2.ask, startHttp2],
]

let stopObserving: () => void
beforeAll(() => {
  stopObserving = observe()
})
closeDoorAfterEach()
afterAll(async () => {
  stopObserving()
  overHttp2.close()
  ownAgent.destroy()
  await ownDispatcher.close()
  await overHttp2Dispatcher.destroy()
  expect(captureFaults()).toEqual({ count: 0 })
})

describe.each(cases)('%s', (name, client, start) => {
  let server: ByteServer
  let served = 0
  beforeAll(async () => {
    server = await start(async (reply) => {
      served++
      reply.startStream()
      for (const event of chatStream) await reply.write(event)
      reply.end()
    })
    // So that it has a connection when the door opens.
    await ask()
  })
  beforeEach(() => {
    served = 0
  })
  afterAll(() => server.close())

  const ask = async (signal?: AbortSignal): Promise<string> =>
    textOf(await client({ url: server.origin + path, body: question, signal }))

  test('an answer of the door is what the client gets and what is recorded, and no request leaves', async () => {
    await open(answer)
    const { result, calls, wires } = await watch(ask)
    expect(result).toBe('{"error":{"message":"slow down, gpt-5"}}')
    expect(only(calls)).toMatchObject({
      provider: 'openai',
      url: server.origin + path,
      model: 'gpt-5',
      status: 429,
      failure: { class: 'rateLimit', message: 'slow down, gpt-5' },
      retryAfterMs: 7_000,
      injected: 'rateLimit',
    })
    expect(Buffer.concat(only(wires).requestChunks).toString()).toBe(question)
    expect(served).toBe(0)
    expect(only(departures)).toMatchObject({ protocol: { provider: 'openai' }, url: server.origin + path })
  })

  test('what comes after it goes its way, over the connection that was there', async () => {
    await open(answer, answer, undefined)
    await watch(ask)
    await watch(ask)
    const { result, calls } = await watch(ask)
    expect(result).toBe(chatStream.join(''))
    expect(only(calls)).toMatchObject({ status: 200, failure: undefined, injected: undefined })
    expect(served).toBe(1)
  })

  test('a refused connection is ECONNREFUSED, and nobody got the request', async () => {
    await open({ kind: 'refuse', injected: 'connectionRefused' })
    const { result, calls } = await watch(() => thrownBy(ask))
    expect(codesOf(result)).toContain('ECONNREFUSED')
    expect(only(calls)).toMatchObject({
      injected: 'connectionRefused',
      unreached: true,
      failure: { class: 'connection' },
    })
    expect(only(calls).failure?.message).toBe(`connect ECONNREFUSED ${new URL(server.origin).host}`)
    expect(served).toBe(0)
  })

  test('a reset connection is ECONNRESET', async () => {
    await open({ kind: 'reset', injected: 'connectionReset' })
    const { result, calls } = await watch(() => thrownBy(ask))
    expect(codesOf(result)).toContain('ECONNRESET')
    expect(only(calls)).toMatchObject({ injected: 'connectionReset', unreached: true, status: undefined })
    expect(only(calls).endedAtMs).toBeDefined()
    expect(served).toBe(0)
  })

  test('silence lasts until the client gives up', async () => {
    await open({ kind: 'silence', injected: 'timeout' })
    const controller = new AbortController()
    const { calls } = await watch(() =>
      thrownBy(() => {
        setTimeout(() => controller.abort(), 10)
        return ask(controller.signal)
      }),
    )
    expect(only(calls)).toMatchObject({ injected: 'timeout', unreached: true, status: undefined })
    expect(only(calls).endedAtMs).toBeGreaterThan(5)
    expect(served).toBe(0)
    expect((await watch(ask)).result).toBe(chatStream.join(''))
  })

  test('silence is given up before it began', async () => {
    await open({ kind: 'silence', injected: 'timeout' })
    const controller = new AbortController()
    const { calls } = await watch(async () => {
      const asked = thrownBy(() => ask(controller.signal))
      controller.abort()
      await asked
      // Undici hears of it when it turns to the request.
      await new Promise(setImmediate)
    })
    for (const { injected, status, endedAtMs } of calls) {
      expect([injected, status]).toEqual(['timeout', undefined])
      expect(endedAtMs).toBeDefined()
    }
    // Got sends nothing then, so that nothing met it.
    passages.length = 0
    expect((await watch(ask)).result).toBe(chatStream.join(''))
  })

  test('silence lasts until the door closes', async () => {
    await open({ kind: 'silence' })
    const { result } = await watch(() =>
      thrownBy(() => {
        setTimeout(closeDoor, 10)
        return ask()
      }),
    )
    expect(codesOf(result)).toContain('ECONNRESET')
  })

  test('an altered answer is recorded as the client got it, at its time', async () => {
    await open({
      kind: 'alter',
      injected: 'slowFirstToken',
      alter: ({ framing }) => ({
        chunk: (bytes) => [{ bytes, delayMs: 20 }],
        end: () => [{ bytes: Buffer.from(`: ${framing}\n\n`) }],
      }),
    })
    const { result, calls } = await watch(ask)
    expect(result).toBe(`${chatStream.join('')}: events\n\n`)
    const call = only(calls)
    expect(call).toMatchObject({ status: 200, injected: 'slowFirstToken', failure: undefined })
    expect((call.firstContentAtMs ?? 0) - (call.headersAtMs ?? 0)).toBeGreaterThan(18)
    expect(call.endedAtMs).toBeGreaterThanOrEqual(call.lastContentAtMs ?? Number.NaN)
    expect(served).toBe(1)
    expect((await watch(ask)).result).toBe(chatStream.join(''))
  })

  test('a cut answer is a lost connection, with what came before in the record', async () => {
    await open({
      kind: 'alter',
      injected: 'cutStream',
      alter: () => ({ chunk: (bytes) => [{ bytes: bytes.subarray(0, 20) }, { cut: true }], end: () => [] }),
    })
    const { result, calls, wires } = await watch(() => thrownBy(ask))
    const lost = name === 'node:http2' ? 'ERR_HTTP2_STREAM_ERROR' : /ECONNRESET|UND_ERR_SOCKET/
    expect(codesOf(result).join()).toMatch(lost)
    expect(only(calls)).toMatchObject({ status: 200, injected: 'cutStream', failure: { class: 'connection' } })
    expect(Buffer.concat(only(wires).chunks)).toHaveLength(20)
    expect((await watch(ask)).result).toBe(chatStream.join(''))
  })

  test('an answer that hangs is cut when the client gives up, and when the door closes', async () => {
    const hangingThen = (act: () => unknown): Passage => ({
      kind: 'alter',
      alter: () => {
        // By then the client has the headers.
        setImmediate(act)
        return { chunk: () => [{ pauseMs: Number.POSITIVE_INFINITY }], end: () => [] }
      },
    })
    const controller = new AbortController()
    await open(
      hangingThen(() => controller.abort()),
      hangingThen(closeDoor),
    )
    const { calls } = await watch(async () => {
      await thrownBy(() => ask(controller.signal))
      await thrownBy(ask)
    })
    expect(calls.map(({ endedAtMs, status }) => [endedAtMs !== undefined, status])).toEqual([
      [true, 200],
      [true, 200],
    ])
  })

  test('only what runs ask is asked for', async () => {
    await open(answer, answer, answer)
    const over: CallSink = { calls: [], over: 'ended' }
    const beside: CallSink = { calls: [], beside: true }
    expect(await ask()).toBe(chatStream.join(''))
    expect(await attribute(over, ask)).toBe(chatStream.join(''))
    expect(await attribute(beside, ask)).toBe(chatStream.join(''))
    const other = await watch(async () =>
      textOf(await client({ url: `${server.origin}/v1/moderations`, body: question })),
    )
    expect(other.result).toBe(chatStream.join(''))
    expect(departures).toEqual([])
  })

  test('where others use the path too, the body tells', async () => {
    await open(answer, answer)
    const shared = async (body: string) => textOf(await client({ url: `${server.origin}/api/chat`, body }))
    const foreign = await watch(() => shared('{"name":"Ada","messages":[]}'))
    expect(foreign).toMatchObject({ result: chatStream.join(''), calls: [] })
    const asked = await watch(() => shared(question))
    if (name === 'node:http2') {
      // It is asked before there is a body, and lets such a request go its way.
      expect(only(asked.calls)).toMatchObject({ provider: 'ollama', status: 200, injected: undefined })
      expect(departures).toEqual([])
      return
    }
    expect(asked.result).toContain('slow down')
    expect(only(asked.calls)).toMatchObject({ provider: 'ollama', status: 429, injected: 'rateLimit' })
    expect(served).toBe(1)
    expect(departures).toHaveLength(1)
    expect((await watch(ask)).result).toContain('slow down')
  })
})

test.each<[string, Client]>([
  ['undici, its own Agent', withUndiciRequest(ownDispatcher)],
  ['node:http, its own Agent', own],
])('%s keeps the connection that an answered request did not need', async (_, client) => {
  let connections = 0
  const server = http.createServer((_request, response) => response.end('{}'))
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ask = async () => textOf(await client({ url: `http://127.0.0.1:${port}${path}`, body: question }))
  await ask()
  await open(answer, answer)
  await watch(async () => [await ask(), await ask(), await ask()])
  expect(departures).toHaveLength(3)
  expect(connections).toBe(1)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
