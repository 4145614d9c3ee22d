import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { Reply, type SideMessage } from '../command/turn-message.ts'

/** A line to the coordinator of two sides. */
export interface TurnSocket {
  /** Says `message`, to which there is no answer. */
  say: (message: SideMessage) => void
  /** Says `message` and resolves to the answer; to a stop when the coordinator is gone. */
  ask: (message: SideMessage) => Promise<Reply>
  close: () => void
}

/**
 * Calls the coordinator at `path`.
 *
 * @param onClose told when the line is cut, by whichever end
 */
export function callCoordinator(path: string, onClose?: () => void): TurnSocket {
  const socket = connect(path)
  const waiting: ((reply: Reply) => void)[] = []
  let open = true
  const end = () => {
    if (!open) return
    open = false
    for (const resolve of waiting.splice(0)) resolve(gone)
    onClose?.()
  }
  const lines = createInterface(socket)
  lines.on('line', (line) => waiting.shift()?.(Reply.parse(JSON.parse(line))))
  for (const one of [socket, lines]) one.on('error', end).on('close', end)
  const say = (message: SideMessage) => {
    if (open) socket.write(`${JSON.stringify(message)}\n`)
  }
  return {
    say,
    ask: (message) => {
      if (!open) return Promise.resolve(gone)
      const { promise, resolve } = Promise.withResolvers<Reply>()
      waiting.push(resolve)
      say(message)
      return promise
    },
    close: () => socket.destroy(),
  }
}

const gone: Reply = { type: 'stop', reason: 'the comparison is over' }
