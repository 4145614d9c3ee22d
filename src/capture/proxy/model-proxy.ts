import { randomUUID } from 'node:crypto'
import { createServer, Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { attributeToNobody, type CallSink } from '../attribution.ts'
import { type Connections, forward } from './forward.ts'
import { type ModelUrl, modelUrls, proxiedVariables, targetOf, unproxiedHere, type Variables } from './model-urls.ts'

/** A process whose model calls go through the proxy. */
export interface Guest {
  /** What it would be started with. */
  environment: Variables
  /** Variables that its own clients read, and the addresses that they stand for. @default none */
  modelUrls?: Readonly<Record<string, string>> | undefined
  /** Whose the request is that comes now; absent when it is nobody's. */
  sinkOf: (request: IncomingMessage) => CallSink | undefined
}

/** What a guest is let in with. */
export interface Admission {
  /** What its environment has to say instead. */
  environment: Record<string, string>
  /** Takes no more of its requests; those that are on their way end by themselves. */
  leave: () => void
}

/**
 * A server on this machine that passes the model calls of other processes on, so that they are seen as if they were made here:
 * each leaves this process in the scope of the run that it belongs to.
 */
export interface ModelProxy {
  admit: (guest: Guest) => Admission
  /** Cuts what is on its way. */
  close: () => Promise<void>
}

interface Admitted extends Guest {
  urls: ModelUrl[]
  connections: Connections
}

/** Starts it. It keeps no process alive. */
export async function openModelProxy(): Promise<ModelProxy> {
  const guests = new Map<string, Admitted>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const [, room = '', guest = '', name = '', ...rest] = (request.url ?? '').split('/')
    const admitted = room === 'r' ? guests.get(guest) : undefined
    const url = admitted?.urls.find((one) => one.name === name)
    if (admitted === undefined || url === undefined) return refuse(response, 404, 'Nobody is known by this path.')
    const target = targetOf(url, `/${rest.join('/')}`)
    if (!URL.canParse(target))
      return refuse(response, 502, `Expected ${url.variables[0]} to be a URL, got ${url.target}`)
    forward(request, response, new URL(target), { sink: admitted.sinkOf(request), connections: admitted.connections })
  })
  server.on('connection', (socket) => socket.unref())
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 501 Not Implemented\r\nconnection: close\r\n\r\n'))
  server.unref()
  // What comes in later belongs to whoever it says, and not to the run in which the server was started.
  await attributeToNobody(
    () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', resolve)
      }),
  )
  const { port } = server.address() as AddressInfo
  return {
    admit: (guest) => {
      const key = randomUUID()
      const urls = modelUrls(guest.environment, guest.modelUrls)
      const connections = openConnections(guest.environment)
      guests.set(key, { ...guest, urls, connections })
      return {
        environment: proxiedVariables(urls, `http://127.0.0.1:${port}/r/${key}`, guest.environment),
        leave: () => {
          guests.delete(key)
          closeIdle(connections)
        },
      }
    },
    close: async () => {
      for (const { connections } of guests.values()) closeIdle(connections)
      guests.clear()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

// Each guest has its own, so that its calls find a connection as cold or as warm as they would by themselves.
function openConnections(environment: Variables): Connections {
  // Node from 22.21 and 24.5 on knows how to go through a proxy of the network; before, it does not care.
  const settings = { keepAlive: true, proxyEnv: { ...environment, ...unproxiedHere(environment) } }
  return { http: new HttpAgent(settings), https: new HttpsAgent(settings) }
}

function closeIdle({ http, https }: Connections): void {
  for (const agent of [http, https])
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ error: { message: `bench-agent: ${message}` } }))
}
