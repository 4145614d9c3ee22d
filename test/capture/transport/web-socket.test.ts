import { createServer, type Server } from 'node:http'
import net from 'node:net'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer, WebSocket as WsSocket } from 'ws'
import { callsOutsideRuns } from '../../../src/capture/attribution.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import { observe } from '../../../src/capture/observe.ts'
import { only, watch } from '../watch.ts'

const realtime = '/v1/realtime?model=gpt-realtime'

let stop: () => void
let server: Server
let sockets: WebSocketServer
let origin: string

beforeAll(() => {
  stop = observe()
})
beforeEach(async () => {
  server = createServer((_request, response) => response.writeHead(426).end())
  sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, { url = '' }) => {
    socket.on('message', (message) => {
      if (url.includes('cut')) socket.terminate()
      else socket.send(message.toString())
    })
    if (url.includes('refuse')) socket.close(1011)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `ws://127.0.0.1:${portOf(server)}`
})
afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
afterAll(() => {
  stop()
  expect(captureFaults()).toEqual({ count: 0 })
})

/** Opens a socket, sends one message when `say`, waits for the answer to it, closes it when `close`. */
type Talk = (url: string, options: { say: boolean; close: boolean }) => Promise<void>

const clients: Record<string, Talk> = {
  'the WebSocket that Node has built in': async (url, { say, close }) => {
    const socket = new WebSocket(url)
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
    const answered = new Promise((resolve) => {
      socket.addEventListener('open', () => (say ? socket.send('{}') : resolve(undefined)))
      socket.addEventListener('message', resolve)
      socket.addEventListener('error', resolve)
    })
    await Promise.race([answered, closed])
    if (close) {
      socket.close()
      await closed
    }
  },
  ws: async (url, { say, close }) => {
    const socket = new WsSocket(url)
    const closed = new Promise((resolve) => socket.on('close', resolve))
    const answered = new Promise((resolve) => {
      socket.on('open', () => (say ? socket.send('{}') : resolve(undefined)))
      socket.on('message', resolve)
      socket.on('error', resolve)
    })
    await Promise.race([answered, closed])
    if (close) {
      socket.close()
      await closed
    }
  },
}

describe.each(Object.entries(clients))('%s', (_, talk) => {
  test.each([
    ['/v1/realtime?model=gpt-realtime', 'gpt-realtime'],
    ['/openai/realtime?api-version=1', undefined],
    ['/v1/responses', undefined],
    ['/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=secret', undefined],
    ['/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent', undefined],
  ])('a connection to %s is one call, which ends with the connection', async (path, model) => {
    const { calls, wires } = await watch(() => talk(origin + path, { say: true, close: true }))
    const call = only(calls)
    expect(call).toMatchObject({ provider: 'unknown', api: 'realtime', status: 101, streamed: false })
    expect(call.model).toBe(model)
    expect(call.url).toBe(`${origin.replace('ws', 'http')}${path.split('?')[0]}`)
    expect([call.usage, call.toolCalls]).toEqual([undefined, undefined])
    expect(call.failure).toBeUndefined()
    expect(call.headersAtMs).toBeGreaterThanOrEqual(call.startedAtMs)
    await expect.poll(() => only(wires).endedAtMs).toBeDefined()
  })

  test('a connection that stays open is a call without an end', async () => {
    const { calls } = await watch(() => talk(origin + realtime, { say: true, close: false }))
    expect(only(calls)).toMatchObject({ status: 101 })
    expect(only(calls).endedAtMs).toBeUndefined()
  })

  test('a connection that is cut is a call with an end', async () => {
    const { wires } = await watch(() => talk(`${origin}/v1/realtime?cut`, { say: true, close: false }))
    await expect.poll(() => only(wires).endedAtMs).toBeDefined()
  })

  test('a handshake that the provider refuses is a failed call', async () => {
    sockets.options.verifyClient = (_info: unknown, done: (ok: boolean, status: number) => void) => done(false, 429)
    const { calls, wires } = await watch(() => talk(origin + realtime, { say: false, close: false }))
    expect(only(calls)).toMatchObject({ status: 429, failure: { class: 'rateLimit' } })
    await expect.poll(() => only(wires).endedAtMs).toBeDefined()
  })

  test('a server that is not there is a failed call', async () => {
    const url = `ws://127.0.0.1:${await closedPort()}${realtime}`
    const { calls } = await watch(() => talk(url, { say: false, close: false }))
    expect(only(calls)).toMatchObject({ endedAtMs: expect.any(Number), failure: { class: 'connection' } })
  })

  test('each of 20 runs at once has its own call', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, run) =>
        watch(() => talk(`${origin}/v1/realtime?model=run-${run}`, { say: true, close: true })),
      ),
    )
    for (const [run, { calls }] of runs.entries()) expect(only(calls).model).toBe(`run-${run}`)
  })

  test('a connection in nobody’s scope is counted', async () => {
    const before = callsOutsideRuns()
    await talk(origin + realtime, { say: true, close: true })
    expect(callsOutsideRuns() - before).toBe(1)
  })

  test.each(['/', '/chat', '/surveys/realtime', '/surveys/7/responses', '/v1/realtime/sessions'])(
    'a connection to %s is none',
    async (path) => {
      const { calls } = await watch(() => talk(origin + path, { say: true, close: true }))
      expect(calls).toEqual([])
    },
  )
})

test.each([
  ['api.openai.com/v1/realtime', 'openai'],
  ['contoso.openai.azure.com/openai/realtime', 'openai'],
  [
    'generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent',
    'google',
  ],
  ['openai.com.example.org/v1/realtime', 'unknown'],
])('the host tells the provider: %s', async (address, provider) => {
  const { calls } = await watch(async () => {
    const socket = new WsSocket(`ws://${address}`, { createConnection: () => net.connect(portOf(server)) })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.close()
    await closed
  })
  expect(only(calls)).toMatchObject({ provider, api: 'realtime', status: 101, url: `http://${address}` })
})

test('the realtime client of OpenAI makes one call', async () => {
  const client = new OpenAI({ apiKey: 'none' })
  const options = { createConnection: () => net.connect(portOf(server)) }
  const { calls, wires } = await watch(async () => {
    const { socket } = new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, client)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.close()
    await closed
  })
  expect(only(calls)).toMatchObject({ provider: 'openai', api: 'realtime', model: 'gpt-realtime', status: 101 })
  await expect.poll(() => only(wires).endedAtMs).toBeDefined()
})

test('a GET of a realtime path without a handshake is no call', async () => {
  const { calls } = await watch(async () => (await fetch(origin.replace('ws', 'http') + realtime)).text())
  expect(calls).toEqual([])
})

function portOf(listening: Server): number {
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
  return address.port
}

async function closedPort(): Promise<number> {
  const closing = createServer()
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve))
  const port = portOf(closing)
  await new Promise((resolve) => closing.close(resolve))
  return port
}
