import http from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** A proxy on this machine. */
export interface ProxyServer {
  origin: string
  /** The methods that it was asked, in order. */
  served: string[]
  close: () => Promise<void>
}

/** Starts a proxy that opens tunnels and passes requests on. */
export async function startProxy(): Promise<ProxyServer> {
  const served: string[] = []
  const sockets = new Set<Duplex>()
  const server = http.createServer(async (request, response) => {
    served.push(String(request.method))
    const asked = await buffer(request)
    const { host: _host, ...headers } = request.headers
    const onward = http.request(String(request.url), { method: String(request.method), headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    onward.end(asked)
  })
  server.on('connect', (request, socket) => {
    served.push('CONNECT')
    const [hostname, port] = String(request.url).split(':')
    const target = net.connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    target.on('error', () => undefined)
    socket.on('error', () => undefined)
    sockets.add(target).add(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    served,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
