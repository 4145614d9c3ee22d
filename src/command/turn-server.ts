import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { BenchAgentError, messageOf } from '../domain/errors.ts'
import { type Reply, type Side, SideMessage, turnsProtocol } from './turn-message.ts'
import { createTurnOrder, type TurnEvent, type TurnOrder } from './turn-order.ts'

/** Lets the sessions and workers of both sides take turns. */
export interface TurnServer {
  order: TurnOrder
  /** Versions of bench-agent whose sessions have begun. */
  begun: () => Partial<Record<Side, string>>
  close: () => void
}

/**
 * Listens at `path` until it is closed.
 *
 * @param onFault told of what was said and cannot be understood: whoever said it would wait for ever
 * @throws BenchAgentError when it cannot listen there
 */
export async function serveTurns(
  path: string,
  tell: (event: TurnEvent) => void,
  onFault: (message: string) => void,
): Promise<TurnServer> {
  const begun: Partial<Record<Side, string>> = {}
  const sockets = new Set<Socket>()
  const answer = (socket: object, reply: Reply) => {
    if (sockets.has(socket as Socket)) (socket as Socket).write(`${JSON.stringify(reply)}\n`)
  }
  const order = createTurnOrder({ answer, tell })

  function hear(socket: Socket, line: string): void {
    const message = SideMessage.parse(JSON.parse(line))
    switch (message.type) {
      case 'session':
        if (message.protocol !== turnsProtocol)
          throw new Error(
            `bench-agent ${message.version} of the ${message.side} takes turns by protocol ${message.protocol}, and this one by ${turnsProtocol}`,
          )
        begun[message.side] = message.version
        order.begin(message.side, message.files)
        answer(socket, { type: 'go' })
        break
      case 'fileEnded':
        order.fileEnded(message.side, message.file, message.error)
        break
      case 'open':
        order.open(socket, message)
        break
      case 'next':
        order.next(socket)
        break
      case 'done':
        order.done(socket)
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    const lines = createInterface(socket)
    lines.on('line', (line) => {
      try {
        hear(socket, line)
      } catch (error) {
        answer(socket, { type: 'stop', reason: messageOf(error) })
        onFault(messageOf(error))
      }
    })
    // A process that died says so in its own way; lines tell of errors, too.
    for (const one of [socket, lines]) one.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      order.gone(socket)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(noSocket(path, error)))
    server.listen(path, resolve)
  })
  return {
    order,
    begun: () => begun,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function noSocket(path: string, cause: Error): BenchAgentError {
  const message = `Expected to open a socket at ${path}, got ${cause.message}. Systems allow about 100 characters: let TMPDIR name a short folder that can be written.`
  return new BenchAgentError('BENCH_AGENT_USAGE', message, { cause })
}
