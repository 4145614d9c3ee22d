import http from 'node:http'
import http2 from 'node:http2'
import { buffer } from 'node:stream/consumers'
import * as undici from 'undici'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import type { ModelCall } from '../../../src/domain/span.ts'
import { watch } from '../watch.ts'
import { chatUsage } from '../wire-server.ts'
import { type ByteServer, startHttp1, startHttp2 } from './byte-server.ts'

const path = '/v1/chat/completions'
const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'hello' }] })
const completion = { model: 'gpt-5', choices: [], usage: chatUsage }
const lookupMs = 40

let stop: () => void
const ends: (() => unknown)[] = []

beforeAll(() => {
  stop = observe()
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
afterAll(() => {
  stop()
  expect(captureFaults()).toEqual({ count: 0 })
})

async function serve(start: typeof startHttp1): Promise<ByteServer> {
  const server = await start((reply) => reply.json(200, completion))
  ends.push(() => server.close())
  return server
}

type Lookup = http.RequestOptions['lookup']

/** A name that takes its time to be found. */
const slowLookup: NonNullable<Lookup> = (_name, options, found) => {
  const address = { address: '127.0.0.1', family: 4 }
  setTimeout(() => (options.all === true ? found(null, [address]) : found(null, address.address, 4)), lookupMs)
}

const named = (origin: string) => origin.replace('127.0.0.1', 'localhost')
const rested = () => new Promise((resolve) => setTimeout(resolve, 5))
const waitsOf = (calls: readonly ModelCall[]) =>
  calls.map(({ startedAtMs, sentAtMs = Number.NaN }) => sentAtMs - startedAtMs)
const newOf = (calls: readonly ModelCall[]) => calls.map(({ newConnection }) => newConnection)

function expectOneConnection(calls: readonly ModelCall[]): void {
  expect(newOf(calls)).toEqual([true, false, false])
  const [first = 0, ...others] = waitsOf(calls)
  expect(first).toBeGreaterThanOrEqual(lookupMs - 2)
  expect(first).toBeLessThan(lookupMs + 60)
  for (const wait of others) expect(wait).toBeLessThan(20)
}

test.each([
  [
    'of the fetch of undici',
    (url: string, dispatcher: undici.Agent) =>
      undici.fetch(url, { method: 'POST', body, dispatcher }).then((answer) => answer.text()),
  ],
  [
    'of the request of undici',
    (url: string, dispatcher: undici.Agent) =>
      undici.request(url, { method: 'POST', body, dispatcher }).then((answer) => answer.body.text()),
  ],
])('a connection %s is new once, and its first call waits for it', async (_, ask) => {
  const { origin } = await serve(startHttp1)
  const dispatcher = new undici.Agent({ connect: { lookup: slowLookup } })
  ends.push(() => dispatcher.close())
  const { calls } = await watch(async () => {
    for (let call = 0; call < 3; call++) {
      await ask(named(origin) + path, dispatcher)
      await rested()
    }
  })
  expectOneConnection(calls)
})

function postWith(agent: http.Agent | false, url: string): Promise<unknown> {
  const request = http.request(url, { method: 'POST', agent, lookup: slowLookup })
  request.end(body)
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => buffer(response).then(rested).then(resolve, reject))
  })
}

test('a connection of node:http is new once, and its first call waits for it', async () => {
  const { origin } = await serve(startHttp1)
  const agent = new http.Agent({ keepAlive: true })
  ends.push(() => agent.destroy())
  const { calls } = await watch(async () => {
    for (let call = 0; call < 3; call++) await postWith(agent, named(origin) + path)
  })
  expectOneConnection(calls)
})

test('a client that keeps no connection opens one for each call', async () => {
  const { origin } = await serve(startHttp1)
  const { calls } = await watch(async () => {
    for (let call = 0; call < 3; call++) await postWith(false, named(origin) + path)
  })
  expect(newOf(calls)).toEqual([true, true, true])
  for (const wait of waitsOf(calls)) expect(wait).toBeGreaterThanOrEqual(lookupMs - 2)
})

test('a connection that somebody else used first is none of the call’s', async () => {
  const { origin } = await serve(startHttp1)
  const dispatcher = new undici.Agent()
  ends.push(() => dispatcher.close())
  const { calls } = await watch(async () => {
    await (await undici.request(`${origin}/health`, { dispatcher })).body.text()
    await rested()
    await (await undici.request(origin + path, { method: 'POST', body, dispatcher })).body.text()
  })
  expect(newOf(calls)).toEqual([false])
})

test('a session of HTTP/2 is new to its first stream; all that wait for it are sent together, and nobody is warned', async () => {
  const { origin } = await serve(startHttp2)
  const warnings: unknown[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  ends.push(() => process.off('warning', onWarning))
  const { calls } = await watch(async () => {
    const session = http2.connect(origin)
    ends.push(() => session.destroy())
    const ask = () => {
      const stream = session.request({ ':method': 'POST', ':path': path })
      stream.end(body)
      return buffer(stream)
    }
    await Promise.all(Array.from({ length: 20 }, ask))
    await ask()
  })
  expect(newOf(calls)).toEqual([true, ...Array(20).fill(false)])
  expect(new Set(calls.slice(0, 20).map(({ sentAtMs }) => sentAtMs?.toFixed(0))).size).toBeLessThanOrEqual(2)
  expect(Math.max(...waitsOf(calls.slice(20)))).toBeLessThan(5)
  expect(warnings).toEqual([])
})
