import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { recordFault } from '../guard.ts'
import type { Kept, LocalAnswer } from './passage.ts'
import { playAnswer } from './play-answer.ts'

/** A server in this process that stands in for providers, so that clients of node:http and node:http2 have real connections. */
export interface Loopback {
  httpPort: number
  http2Port: number
  /** Has the request that comes from `localPort` of this machine pass as `kept` says. */
  expect: (localPort: number, kept: Kept) => void
  /** Cuts all its connections. */
  close: () => Promise<void>
}

type Asked = IncomingMessage | Http2ServerRequest
type Answering = ServerResponse | Http2ServerResponse

/** Starts it, on this machine's own address. It keeps no process alive. */
export async function openLoopback(): Promise<Loopback> {
  const expected = new Map<number, Kept>()
  const sockets = new Map<number, Socket>()
  const answer = (asked: Asked, response: Answering): void => {
    const { socket } = 'stream' in asked ? (asked.stream.session ?? asked) : asked
    const port = socket?.remotePort ?? 0
    const kept = expected.get(port)
    expected.delete(port)
    if (kept === undefined) return
    const reset = (): unknown => sockets.get(port)?.resetAndDestroy()
    pass(asked, response, kept, reset).catch((error: unknown) => {
      // Of a client that has gone, nothing needs to be told.
      if (asked.complete) recordFault(error)
      reset()
    })
  }
  const onConnection = (socket: Socket): void => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.unref()
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(port))
  }
  const servers: Server[] = [createServer({ keepAlive: false }, answer), createHttp2Server({}, answer)]
  const [httpPort = 0, http2Port = 0] = await Promise.all(servers.map((server) => listen(server, onConnection)))
  return {
    httpPort,
    http2Port,
    expect: (localPort, kept) => expected.set(localPort, kept),
    close: async () => {
      for (const socket of sockets.values()) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

function sendHead(response: Answering): void {
  if ('flushHeaders' in response) response.flushHeaders()
  else response.writeHead(response.statusCode)
}

function listen(server: Server, onConnection: (socket: Socket) => void): Promise<number> {
  // Before the server's own listener, which makes a session of a socket.
  server.prependListener('connection', onConnection)
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function pass(asked: Asked, response: Answering, kept: Kept, reset: () => unknown): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of asked) chunks.push(chunk)
  const given = kept.kind === 'answer' ? await kept.answer(Buffer.concat(chunks)) : kept.kind
  if (given === 'reset') reset()
  if (typeof given === 'object') answer(asked, response, given, reset)
}

function answer(asked: Asked, response: Answering, given: LocalAnswer, reset: () => unknown): void {
  const { status, headers, parts, breaks } = given
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const length = parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (breaks !== true) response.setHeader('content-length', length)
  // HTTP/2 has none.
  if (!('stream' in asked)) response.setHeader('connection', 'close')
  const write = (bytes: Uint8Array): unknown => Reflect.apply(response.write, response, [bytes])
  playAnswer(given, {
    // With the first part in one packet, where they are due together.
    begin: () => {
      if (given.headersAtMs !== undefined) sendHead(response)
    },
    part: write,
    end: () => response.end(),
    cut: reset,
    isOver: () => response.destroyed,
  })
}
