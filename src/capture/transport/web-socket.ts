import { wallClock } from '../../domain/clock.ts'
import { type Fields, isFields } from '../fields.ts'
import { endCall, type FollowedCall, followCall } from '../follow.ts'
import { recordFault } from '../guard.ts'
import type { Protocol } from '../provider/provider.ts'
import { targetOf } from './target.ts'

// OpenAI and Azure speak both of their protocols over a socket too, Gemini names the method of its service.
const modelPath = /(?:\/v\d+|\/openai)\/(?:realtime|responses)$|\.BidiGenerateContent\w*$|\/BidiGenerateContent$/

const hosts: readonly [RegExp, string][] = [
  [/(?:^|\.)(?:openai\.com|openai\.azure\.com|cognitiveservices\.azure\.com)$/, 'openai'],
  [/(?:^|\.)googleapis\.com$/, 'google'],
]

/**
 * The call to follow when a WebSocket opens to a model; absent when it opens to anything else, or in nobody's scope. The
 * connection is one call, whatever is said on it: its content is not read, so its tokens stay unknown.
 *
 * @param origin Of the handshake: http or https.
 * @param path With its query.
 */
export function followWebSocket(origin: string, path: string, rawHeaders?: unknown): FollowedCall | undefined {
  const target = targetOf(origin, path)
  const [pathname = '', query] = target.path.split('?', 2)
  if (!modelPath.test(pathname)) return undefined
  const protocol = realtime(providerOf(target.origin), new URLSearchParams(query).get('model') ?? undefined)
  return followCall(protocol, 'GET', target.origin + pathname, rawHeaders)
}

/** Whether `path` may be one that `followWebSocket` follows; every request that is no POST pays for it. */
export function mayOpenRealtime(path: string): boolean {
  return path.includes('/realtime') || path.includes('/responses') || path.includes('BidiGenerateContent')
}

/** Notes that the handshake of `call` succeeded; the call ends when `socket` closes. */
export function socketOpened(call: FollowedCall, rawHeaders: unknown, socket: unknown): void {
  call.wire.headersAtMs = wallClock.nowMs()
  call.wire.status = 101
  call.wire.rawHeaders = rawHeaders
  if (!isFields(socket) || typeof socket.once !== 'function') return
  const onClose = (): void => {
    try {
      endCall(call, errorOf(socket))
    } catch (error) {
      recordFault(error)
    }
  }
  Reflect.apply(socket.once, socket, ['close', onClose])
}

function errorOf(socket: Fields): unknown {
  return socket.errored ?? undefined
}

function realtime(provider: string, model: string | undefined): Protocol {
  return {
    provider,
    api: 'realtime',
    readBody: (_, answer) => {
      answer.model ??= model
    },
    readEvent: () => undefined,
  }
}

function providerOf(origin: string): string {
  const host = URL.canParse(origin) ? new URL(origin).hostname : ''
  return hosts.find(([pattern]) => pattern.test(host))?.[1] ?? 'unknown'
}
