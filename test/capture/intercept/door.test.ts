import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { captureFaults } from '../../../src/capture/guard.ts'
import { openDoor } from '../../../src/capture/intercept/door.ts'
import { ensureStreamUsage } from '../../../src/capture/intercept/stream-usage.ts'
import { observe } from '../../../src/capture/observe.ts'
import { startHttp1 } from '../transport/byte-server.ts'
import { type Client, clients, textOf } from '../transport/clients.ts'
import { only, thrownBy, watch } from '../watch.ts'
import { chatStream, startWireServer } from '../wire-server.ts'
import { answer, closeDoor, closeDoorAfterEach, codesOf, open, path, question } from './doors.ts'

const order = '{"name":"Ada","items":[]}'

let stopObserving: () => void
beforeAll(() => {
  stopObserving = observe()
})
closeDoorAfterEach()
afterAll(() => stopObserving())

test('what a door cannot decide goes its way, and is counted as a fault of the capture', async () => {
  const server = await startHttp1((reply) => reply.json(200, {}))
  const closeBroken = await openDoor({
    decide: () => {
      throw new Error('undecided')
    },
  })
  const before = captureFaults().count
  const { result } = await watch(() =>
    Promise.all(
      Object.values(clients).map(async (ask) => textOf(await ask({ url: server.origin + path, body: question }))),
    ),
  )
  expect(result).toEqual(Object.values(clients).map(() => '{}'))
  expect(captureFaults().count - before).toBe(result.length)
  await closeBroken()
  await server.close()
})

test.each([
  ['of a stream', () => Readable.from([Buffer.from(order)])],
  ['of parts', () => Readable.from([Buffer.from(order.slice(0, 9)), Buffer.from(order.slice(9))])],
  ['of nothing', () => null],
])('what tools send is let go, with a body %s', async (_, body) => {
  const server = await startWireServer((response) => response.end('{}'))
  await open(answer)
  const { result } = await watch(async () => {
    const overUndici = await request(`${server.origin}/tool`, { method: 'POST', body: body() })
    const overHttp = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const asked = http
        .request(`${server.origin}/api/generate-report`, { method: 'POST' }, resolve)
        .on('error', reject)
      const sent = body()
      if (sent === null) asked.end()
      else sent.pipe(asked)
    })
    return [await overUndici.body.text(), await textOf(overHttp)]
  })
  expect(result).toEqual(['{}', '{}'])
  await server.close()
})

test('undici loses its patience with silence as it was told', async () => {
  await open({ kind: 'silence' })
  const options = { method: 'POST' as const, headers: { 'content-type': 'application/json' }, body: question }
  const { result, calls } = await watch(() =>
    thrownBy(() => request(`https://bench-agent.invalid${path}`, { ...options, headersTimeout: 10 })),
  )
  expect(codesOf(result)).toEqual(['UND_ERR_HEADERS_TIMEOUT'])
  expect(only(calls).failure).toEqual({ class: 'timeout', message: 'Headers Timeout Error' })
})

test('an answer of the door needs no provider', async () => {
  await open(answer, answer)
  const url = `https://bench-agent.invalid${path}`
  const headers = { 'content-type': 'application/json' }
  const overTls = () =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      https.request(url, { method: 'POST', headers }, resolve).on('error', reject).end(question)
    })
  const { result, calls } = await watch(async () => [
    (await overTls()).statusCode,
    (await fetch(url, { method: 'POST', headers, body: question })).status,
  ])
  expect(result).toEqual([429, 429])
  expect(calls.map((call) => call.url)).toEqual([url, url])
})

test('a stream that is asked for its usage comes to the door, too', async () => {
  const server = await startHttp1(async (reply) => {
    reply.startStream()
    for (const event of chatStream) await reply.write(event)
    reply.end()
  })
  const stopEnsuring = ensureStreamUsage()
  const ask = async () => textOf(await (clients.fetch as Client)({ url: server.origin + path, body: question }))
  await open(answer, { kind: 'alter', alter: () => ({ chunk: (bytes) => [{ bytes }], end: () => [] }) })
  const { result, wires, calls } = await watch(async () => [await ask(), await ask()])
  expect(result[0]).toContain('slow down')
  expect(result[1]).not.toContain('usage')
  expect(calls[1]?.usage).toBeDefined()
  expect(Buffer.concat(wires[0]?.requestChunks ?? []).toString()).toContain('include_usage')
  stopEnsuring()
  await server.close()
})

test('a closed door changes nothing any more', async () => {
  const { onSocket } = http.ClientRequest.prototype as unknown as Record<string, unknown>
  await open(answer)
  await closeDoor()
  expect(Reflect.get(http.ClientRequest.prototype, 'onSocket')).toBe(onSocket)
})
