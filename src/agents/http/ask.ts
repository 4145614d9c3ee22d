import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type CallSink, sinkWithin, unwatched } from '../../capture/attribution.ts'
import type { OpenSpan } from '../../capture/open-span.ts'
import { endSpan, startSpan } from '../../capture/trace.ts'
import { wallClock } from '../../domain/clock.ts'
import { formatMs } from '../../domain/format.ts'
import type { Pool } from './pool.ts'

/** A request of an agent. */
export interface Asked {
  url: URL
  method: string
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array | undefined
  signal: AbortSignal
  connectTimeoutMs: number
  headersTimeoutMs: number
  /** Whether it is a call of a model, and to be seen as one. */
  modelCall: boolean
}

/** How errors call a request. What stands in a query or before the host may be secret. */
export function nameOf({ method, url }: Pick<Asked, 'method' | 'url'>): string {
  return `${method} ${url.origin}${url.pathname}`
}

/**
 * The answer to `asked`, once its headers came. A connection that was closed while it lay idle is replaced by a new one.
 *
 * @param span takes the name of the kind of connection that was found
 */
export async function ask(
  asked: Asked,
  pool: Pool,
  sink: CallSink | undefined,
  span: OpenSpan | undefined,
): Promise<IncomingMessage> {
  for (;;) {
    const sending = asked.modelCall ? send(asked, pool) : unwatched(() => send(asked, pool))
    let wasOpen = false
    sending.once('socket', (socket) => {
      wasOpen = pool.take(socket)
    })
    try {
      return await answerTo(sending, asked, pool, { sink, span, wasOpen: () => wasOpen })
    } catch (error) {
      asked.signal.throwIfAborted()
      if (wasOpen && codeOf(error) === 'ECONNRESET') continue
      throw isTimeout(error) ? error : new Error(`${nameOf(asked)} got no answer`, { cause: error })
    }
  }
}

function send({ url, method, headers, body }: Asked, pool: Pool): ClientRequest {
  const options = { method, headers, agent: pool.agentFor(url) }
  const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
  request.end(body)
  return request
}

function answerTo(
  request: ClientRequest,
  asked: Asked,
  pool: Pool,
  { sink, span, wasOpen }: { sink: CallSink | undefined; span: OpenSpan | undefined; wasOpen: () => boolean },
): Promise<IncomingMessage> {
  const within = sink === undefined || span === undefined ? sink : sinkWithin(sink, span)
  return new Promise((resolve, reject) => {
    let cancel: (() => void) | undefined
    let waiting: OpenSpan | undefined
    const limit = (ms: number, what: string): void => {
      cancel?.()
      cancel = wallClock.after(ms, () => request.destroy(timeoutError(`${nameOf(asked)} ${what} in ${formatMs(ms)}`)))
    }
    const abort = (): unknown => request.destroy()
    const done = (): void => {
      cancel?.()
      asked.signal.removeEventListener('abort', abort)
    }
    // One that finds or opens a connection gets it at the next turn.
    setImmediate(() => {
      if (request.socket !== null || request.destroyed) return
      pool.waited()
      waiting = startSpan('phase', 'wait for a connection', within)
    })
    request.once('socket', (socket: Socket) => {
      endSpan(waiting)
      const headers = () => limit(asked.headersTimeoutMs, 'got no headers')
      if (span !== undefined) span.name = wasOpen() ? 'warm connection' : 'cold connection'
      if (wasOpen()) return headers()
      const connecting = startSpan('phase', 'connect', within)
      limit(asked.connectTimeoutMs, 'got no connection')
      const isOpen = (): void => {
        endSpan(connecting)
        headers()
      }
      if (!socket.connecting) isOpen()
      else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', isOpen)
    })
    request.once('response', (response) => {
      done()
      resolve(response)
    })
    // What comes after the first error is the same one.
    request.on('error', (error) => {
      done()
      endSpan(waiting)
      reject(error)
    })
    if (asked.signal.aborted) abort()
    else asked.signal.addEventListener('abort', abort)
  })
}

/** The body of `response` as it comes, as text. Ends the connection when nobody reads on. */
export async function* bodyOf(
  response: IncomingMessage,
  asked: Asked,
  bodyTimeoutMs: number,
): AsyncGenerator<string, void> {
  const late = timeoutError(`${nameOf(asked)} got no further part of its answer in ${formatMs(bodyTimeoutMs)}`)
  let cancel = wallClock.after(bodyTimeoutMs, () => response.destroy(late))
  const abort = (): unknown => response.destroy()
  asked.signal.addEventListener('abort', abort)
  try {
    if (asked.signal.aborted) abort()
    for await (const part of response.setEncoding('utf8')) {
      cancel()
      yield String(part)
      cancel = wallClock.after(bodyTimeoutMs, () => response.destroy(late))
    }
  } catch (error) {
    asked.signal.throwIfAborted()
    throw isTimeout(error)
      ? error
      : new Error(`${nameOf(asked)} lost its connection in the middle of the answer`, { cause: error })
  } finally {
    cancel()
    asked.signal.removeEventListener('abort', abort)
    if (!response.complete) response.destroy()
  }
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' })
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
