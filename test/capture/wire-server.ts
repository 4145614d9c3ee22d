import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A server that answers as a test says, byte for byte. */
export interface WireServer {
  origin: string
  /** Parsed bodies of the requests that came, in order. */
  bodies: unknown[]
  close: () => Promise<void>
}

/** Starts a server on a free port; `answer` is called for each request, when its body has come. */
export async function startWireServer(
  answer: (response: ServerResponse, request: IncomingMessage) => unknown,
): Promise<WireServer> {
  const bodies: unknown[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    bodies.push(text === '' ? undefined : JSON.parse(text))
    await answer(response, request)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a TCP server')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    bodies,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** A promise to be kept from outside, so that a test and its server take turns without waiting on the clock. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** A Chat Completions chunk as a server-sent event. */
export function chatEvent(delta: Record<string, unknown>, rest: Record<string, unknown> = {}): string {
  return sse({ object: 'chat.completion.chunk', model: 'gpt-5-2025-08-07', choices: [{ index: 0, delta, ...rest }] })
}

/** The chunk that bears the usage of a Chat Completions stream. */
export function chatUsageEvent(usage: Record<string, unknown> = chatUsage): string {
  return sse({ object: 'chat.completion.chunk', model: 'gpt-5-2025-08-07', choices: [], usage })
}

/** `data` as a server-sent event. */
export function sse(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

/** Usage as Chat Completions reports it. */
export const chatUsage = {
  prompt_tokens: 1200,
  completion_tokens: 90,
  total_tokens: 1290,
  prompt_tokens_details: { cached_tokens: 1024 },
  completion_tokens_details: { reasoning_tokens: 64 },
}

/** `chatUsage` as we count it. */
export const usage = { inputTokens: 1200, outputTokens: 90, cachedTokens: 1024, reasoningTokens: 64 }

/** A whole Chat Completions stream of two words, with usage. */
export const chatStream = [
  chatEvent({ role: 'assistant', content: '' }),
  chatEvent({ content: 'Grüße' }),
  chatEvent({ content: ', 世界' }),
  chatEvent({}, { finish_reason: 'stop' }),
  chatUsageEvent(),
  sse('[DONE]'),
]
