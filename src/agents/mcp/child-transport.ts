import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { quoteValue } from '../../domain/errors.ts'
import type { GuestChild } from '../child/guest-child.ts'
import { lineQueue } from '../command/line-queue.ts'

/** Speaks with the MCP server that `child` is, a message a line. That of the SDK starts its server by itself, and ends it without its children. */
export function childTransport(child: GuestChild): Transport {
  const transport: Transport = {
    start: async () => {
      const next = lineQueue(child.stdout)
      const read = async (): Promise<void> => {
        for (let line = await next(); line !== undefined; line = await next()) receive(transport, line)
        transport.onclose?.()
      }
      read().catch((error: unknown) => transport.onerror?.(error instanceof Error ? error : new Error(String(error))))
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        child.stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()))
      }),
    close: async () => {
      child.stdin.end()
      transport.onclose?.()
    },
  }
  return transport
}

function receive(transport: Transport, line: string): void {
  let message: JSONRPCMessage
  try {
    message = JSON.parse(line)
  } catch {
    // Servers that log where they should speak are common, and clients bear them.
    transport.onerror?.(new Error(`Expected a line of JSON on stdout, got ${quoteValue(line)}`))
    return
  }
  transport.onmessage?.(message)
}
