import { createServer } from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'

/** What a test does with one request, in the same words over every version of HTTP. */
export interface Reply {
  header(name: string): string | undefined
  json(status: number, body: unknown): void
  startStream(headers?: Record<string, string>): void
  /** Resolves when `chunk` is on the wire. */
  write(chunk: string | Uint8Array): Promise<void>
  end(): void
  /** Closes the connection. */
  close(): void
  /** Resets the connection. */
  reset(): void
}

/** A server on a free port of this machine. */
export interface ByteServer {
  origin: string
  close: () => Promise<void>
}

/** Starts a server of HTTP/1.1; `answer` is called for each request, when its body has come. */
export async function startHttp1(answer: (reply: Reply) => unknown): Promise<ByteServer> {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    await answer({
      header: (name) => request.headers[name]?.toString(),
      json: (status, body) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      },
      startStream: (headers) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
        response.flushHeaders()
      },
      write: (chunk) => new Promise((resolve) => response.write(chunk, () => resolve())),
      end: () => response.end(),
      close: () => response.socket?.destroy(),
      reset: () => response.socket?.resetAndDestroy(),
    })
  })
  return listen(server)
}

/** Starts a server of HTTP/2 without TLS; `answer` is called for each request, when its body has come. */
export async function startHttp2(answer: (reply: Reply) => unknown): Promise<ByteServer> {
  const server = http2.createServer()
  const sockets = new WeakMap<http2.Http2Session, Socket>()
  let latest: Socket | undefined
  // Before the server's own listener, which opens the session.
  server.prependListener('connection', (socket: Socket) => {
    latest = socket
  })
  server.on('session', (session) => {
    if (latest !== undefined) sockets.set(session, latest)
    session.on('error', () => undefined)
  })
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => undefined)
    const session = stream.session
    const socket = session && sockets.get(session)
    for await (const _ of stream);
    await answer({
      header: (name) => headers[name]?.toString(),
      json: (status, body) => {
        stream.respond({ ':status': status, 'content-type': 'application/json' })
        stream.end(JSON.stringify(body))
      },
      startStream: (more) => stream.respond({ ':status': 200, 'content-type': 'text/event-stream', ...more }),
      write: (chunk) => new Promise((resolve) => stream.write(chunk, () => resolve())),
      end: () => stream.end(),
      close: () => socket?.destroy(),
      reset: () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
    })
  })
  return listen(server)
}

async function listen(server: Server): Promise<ByteServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${portOf(server.address())}`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
  return address.port
}
