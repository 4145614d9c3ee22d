import {
  type ClientRequest,
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { attribute, attributeToNobody, type CallSink } from '../attribution.ts'

/** Connections to providers. */
export interface Connections {
  http: HttpAgent
  https: HttpsAgent
}

// What is between two neighbours on the way, and nobody else's.
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
// The first is that of the proxy; of the second, it has taken care.
const ofThisHop = new Set(['host', 'expect'])

/**
 * Passes `request` on to `target`, and the answer back, byte by byte. A connection that fails there fails here, and whoever gives
 * up here gives up there.
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: URL,
  { sink, connections }: { sink: CallSink | undefined; connections: Connections },
): void {
  const send = () => sent(request, target, connections)
  const passed = sink === undefined ? attributeToNobody(send) : attribute(sink, send)
  const cut = (): void => {
    request.socket.destroy()
  }
  passed.on('error', cut)
  passed.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders))
    // Of a stream, the client is told before its first event.
    response.flushHeaders()
    answer.on('error', cut)
    answer.on('close', () => {
      if (!answer.complete) cut()
    })
    answer.pipe(response)
  })
  response.on('close', () => {
    if (!response.writableFinished) passed.destroy()
  })
  request.pipe(passed)
}

function sent(request: IncomingMessage, target: URL, { http, https }: Connections): ClientRequest {
  const headers = passedOn(request.rawHeaders, ofThisHop)
  const options = { method: request.method, headers }
  if (target.protocol === 'https:') return httpsRequest(target, { ...options, agent: https })
  return httpRequest(target, { ...options, agent: http })
}

/** `rawHeaders`, names and values in turn, without those of the hop and without `dropped`. */
function passedOn(rawHeaders: readonly string[], dropped?: ReadonlySet<string>): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {}
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]]
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || dropped?.has(lower)) continue
    const before = kept[name]
    kept[name] = before === undefined ? value : [before, value].flat()
  }
  return kept
}
