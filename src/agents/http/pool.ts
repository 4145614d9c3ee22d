import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import type { Belonging, ConnectionCounts } from '../../measure/belongings.ts'

/** Connections that are kept from one request to the next. */
export interface Pool extends Belonging {
  agentFor: (url: URL) => HttpAgent
  /** Counts a request that got `socket`; whether it was open before. */
  take: (socket: Socket) => boolean
  /** Counts a request that had to wait for one. */
  waited: () => void
  connections: () => ConnectionCounts
}

/** No connection yet. */
export function connectionPool(most: number): Pool {
  const counts: ConnectionCounts = { opened: 0, reused: 0, waited: 0, mostOpen: 0 }
  const used = new WeakSet<Socket>()
  let open = 0
  const onOpened = (socket: Socket): void => {
    counts.opened += 1
    open += 1
    counts.mostOpen = Math.max(counts.mostOpen, open)
    socket.once('close', () => {
      open -= 1
    })
  }
  const settings: AgentOptions = { keepAlive: true, maxSockets: most, scheduling: 'lifo' }
  const agents = {
    'http:': counted(new HttpAgent(settings), onOpened),
    'https:': counted(new HttpsAgent(settings), onOpened),
  }
  return {
    agentFor: ({ protocol }) => (protocol === 'https:' ? agents['https:'] : agents['http:']),
    take: (socket) => {
      const wasOpen = used.has(socket)
      if (wasOpen) counts.reused += 1
      used.add(socket)
      return wasOpen
    },
    waited: () => {
      counts.waited += 1
    },
    connections: () => ({ ...counts }),
    close: async () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

interface Opening {
  createConnection: (options: ClientRequestArgs, then?: (...given: never[]) => void) => Socket
}

/** `agent`, which tells of every connection that it opens. */
function counted<Agent extends HttpAgent>(agent: Agent, onOpened: (socket: Socket) => void): Agent {
  // Documented for subclasses to override, and declared by nobody.
  const opening = agent as unknown as Opening
  const { createConnection } = opening
  opening.createConnection = (options, then) => {
    const socket = Reflect.apply(createConnection, agent, [options, then])
    onOpened(socket)
    return socket
  }
  return agent
}
