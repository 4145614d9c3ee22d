import http2, { connect } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { Agent, fetch as undiciFetch, request as undiciRequest } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { publishesStreams } from '../../../src/capture/transport/http2.ts'
import { only, watch } from '../watch.ts'
import { chatEvent, chatUsage, gate, usage } from '../wire-server.ts'
import { type ByteServer, type Reply, startHttp2 } from './byte-server.ts'

const path = '/v1/chat/completions'
const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Grüße, 世界' }] })
const completion = { model: 'gpt-5-2025-08-07', choices: [], usage: chatUsage }
const head = { ':method': 'POST', ':path': path }

let stop: () => void
const servers: ByteServer[] = []
const sessions: http2.ClientHttp2Session[] = []

beforeEach(() => {
  stop = observe()
})
afterEach(async () => {
  stop()
  for (const session of sessions.splice(0)) session.destroy()
  for (const server of servers.splice(0)) await server.close()
})
beforeAll(() => expect(captureFaults()).toEqual({ count: 0 }))
afterAll(() => expect(captureFaults()).toEqual({ count: 0 }))

async function serve(answer: (reply: Reply) => unknown): Promise<ByteServer> {
  const server = await startHttp2(answer)
  servers.push(server)
  return server
}

function open(origin: string): http2.ClientHttp2Session {
  const session = connect(origin)
  session.on('error', () => undefined)
  sessions.push(session)
  return session
}

function ask(session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders = head): http2.ClientHttp2Stream {
  const stream = session.request(headers)
  stream.on('error', () => undefined)
  stream.end(body)
  return stream
}

function closed(stream: http2.ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => stream.on('close', resolve))
}

test('a session that is older than the observer is followed', async () => {
  stop()
  const { origin } = await serve((reply) => reply.json(200, completion))
  const session = open(origin)
  const unseen = await watch(() => buffer(ask(session)))
  expect(unseen.calls).toEqual([])
  stop = observe()
  const { calls } = await watch(() => buffer(ask(session)))
  expect(only(calls)).toMatchObject({ usage, url: origin + path, status: 200 })
})

test('a stream does not flow before its agent reads it', async () => {
  const { origin } = await serve((reply) => reply.json(200, completion))
  const { calls, result } = await watch(async () => {
    const stream = ask(open(origin), { ...head, ':path': `${path}?api-version=1` })
    await new Promise((resolve) => stream.on('response', resolve))
    const { readableFlowing } = stream
    await buffer(stream)
    return { readableFlowing, keys: Object.keys(stream) }
  })
  expect(result.readableFlowing).toBeNull()
  expect(result.keys).not.toContain('push')
  expect(only(calls)).toMatchObject({ usage, url: origin + path })
})

test('a response without a body has a status and an end', async () => {
  const server = http2.createServer()
  server.on('stream', (stream) => stream.respond({ ':status': 503 }, { endStream: true }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
  servers.push({ origin: '', close: () => new Promise((resolve) => server.close(() => resolve())) })
  const session = open(`http://127.0.0.1:${address.port}`)
  const { calls } = await watch(() => buffer(ask(session)))
  session.destroy()
  expect(only(calls)).toMatchObject({ status: 503, failure: { class: 'provider' }, endedAtMs: expect.any(Number) })
})

describe('a stream that its agent gives up has ended and not failed', () => {
  test.each<[string, (stream: http2.ClientHttp2Stream) => void]>([
    ['close', (stream) => stream.close(http2.constants.NGHTTP2_CANCEL)],
    ['close without a code', (stream) => stream.close()],
    ['destroy', (stream) => stream.destroy()],
    ['the destruction of its session', (stream) => stream.session?.destroy()],
  ])('by %s', async (_, giveUp) => {
    const { origin } = await serve(async (reply) => {
      reply.startStream()
      await reply.write(chatEvent({ content: 'Grüße' }))
    })
    const { calls } = await watch(async () => {
      const stream = ask(open(origin))
      await new Promise((resolve) => stream.once('data', resolve))
      const isClosed = closed(stream)
      giveUp(stream)
      await isClosed
    })
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, endedAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
  })

  test('before it began', async () => {
    const { origin } = await serve(() => undefined)
    const { calls } = await watch(async () => {
      const stream = open(origin).request(head, { signal: AbortSignal.abort() })
      stream.on('error', () => undefined)
      await closed(stream)
    })
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).failure).toBeUndefined()
  })
})

describe('a stream that the server cancels has failed', () => {
  test.each([
    ['CANCEL', http2.constants.NGHTTP2_CANCEL],
    ['REFUSED_STREAM', http2.constants.NGHTTP2_REFUSED_STREAM],
  ])('with %s', async (_, code) => {
    const received = gate()
    const server = http2.createServer()
    server.on('stream', async (stream) => {
      stream.on('error', () => undefined)
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' })
      stream.write(chatEvent({ content: 'Grüße' }))
      await received.opened
      stream.close(code)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
    servers.push({ origin: '', close: () => new Promise((resolve) => server.close(() => resolve())) })
    const session = open(`http://127.0.0.1:${address.port}`)
    const { calls } = await watch(async () => {
      const stream = ask(session)
      await new Promise((resolve) => stream.once('data', resolve))
      const isClosed = closed(stream)
      received.open()
      await isClosed
    })
    session.destroy()
    expect(only(calls)).toMatchObject({ failure: { class: 'connection' }, endedAtMs: expect.any(Number) })
  })
})

describe('clients that speak HTTP/2 for others are not counted twice', () => {
  test('undici', async () => {
    const { origin } = await serve((reply) => reply.json(200, completion))
    // HTTP/2 without TLS; its types do not know of it.
    const options = { allowH2: true, useH2c: true }
    const dispatcher = new Agent(options)
    const { calls } = await watch(async () => {
      const response = await undiciRequest(origin + path, { method: 'POST', body, dispatcher })
      await response.body.json()
      await (await undiciFetch(origin + path, { method: 'POST', body, dispatcher })).json()
    })
    await dispatcher.destroy()
    expect(calls.map((call) => call.usage)).toEqual([usage, usage])
    expect(calls.map((call) => call.url)).toEqual([origin + path, origin + path])
  })

  test('the SDK of AWS', async () => {
    const { origin } = await serve((reply) => reply.json(200, {}))
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
    const client = new BedrockRuntimeClient({ endpoint: origin, region: 'eu-central-1', credentials, maxAttempts: 1 })
    const { calls } = await watch(() =>
      client.send(new InvokeModelCommand({ modelId: 'titan', body, accept: 'application/json' })),
    )
    client.destroy()
    expect(only(calls)).toMatchObject({
      url: `${origin}/model/titan/invoke`,
      status: 200,
      endedAtMs: expect.any(Number),
    })
  })
})

test('what is no model call is left as it is', async () => {
  const { origin } = await serve((reply) => reply.json(200, {}))
  const { calls, result } = await watch(async () => {
    const session = open(origin)
    const streams = [session.request({ ':path': '/v1/models' }), session.request({ ...head, ':path': '/orders' })]
    streams[1]?.end('{"item":"lamp"}')
    const names = ['write', 'end', 'close', 'push', '_destroy']
    const tapped = streams.flatMap((stream) => names.filter((name) => Object.hasOwn(stream, name)))
    for (const stream of streams) await buffer(stream)
    return tapped
  })
  expect(calls).toEqual([])
  expect(result).toEqual([])
})

test('sessions are as they were when nobody observes', async () => {
  const { origin } = await serve((reply) => reply.json(200, completion))
  const { request } = open(origin)
  stop()
  const before = open(origin).request
  stop = observe()
  expect(before === request).toBe(publishesStreams(process.versions.node))
  expect(before.name).toBe('request')
})

test.each([
  ['22.16.0', false],
  ['22.17.0', true],
  ['24.0.0', false],
  ['24.2.0', true],
  ['26.0.0', true],
])('Node %s publishes its streams: %s', (version, publishes) => {
  expect(publishesStreams(version)).toBe(publishes)
})
