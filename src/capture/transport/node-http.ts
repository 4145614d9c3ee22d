import { wallClock } from '../../domain/clock.ts'
import { type Fields, isFields } from '../fields.ts'
import {
  chunkCame,
  endCall,
  type FollowedCall,
  followedBy,
  followRequest,
  headersCame,
  keepFollowed,
  requestChunkSent,
  requestSent,
} from '../follow.ts'
import { guarded } from '../guard.ts'
import { isBytes, subscribeAll } from './channel.ts'
import { isFirstUseSeen, onceConnected } from './connection.ts'
import { tap, tapWrites } from './tap.ts'
import { targetOf } from './target.ts'
import { followWebSocket, mayOpenRealtime, socketOpened } from './web-socket.ts'

/** Follows the requests of node:http and node:https, until the returned function is called. */
export function subscribeNodeHttp(): () => void {
  return subscribeAll({
    'http.client.request.created': onCreated,
    'http.client.response.finish': onResponse,
    'http.client.request.error': onError,
  })
}

// Published by the constructor, so the scope is that of who asks, and nothing of the body was written yet.
function onCreated({ request }: Fields): void {
  if (!isFields(request)) return
  const { method, path } = request
  if (typeof path !== 'string') return
  if (method === 'GET') {
    if (mayOpenRealtime(path) && headerOf(request, 'upgrade') === 'websocket') followHandshake(request, path)
    return
  }
  if (method !== 'POST') return
  const target = targetOf(originOf(request), path)
  const call = followRequest(method, target.origin, target.path)
  if (call !== undefined) followPost(request, call)
}

function followPost(request: Fields, call: FollowedCall): void {
  keepFollowed(request, call)
  const stopWrites = tapWrites(request, (chunk) => {
    // Not before: headers may be set until the first byte goes out.
    call.wire.rawRequestHeaders ??= headersOf(request)
    requestChunkSent(call, chunk)
    if (call.state !== 'foreign') return
    stopWrites()
    stopDestroy()
  })
  const stopDestroy = tapDestroy(request, call)
  const onSocket = guarded((socket) => {
    const isFirst = isFirstUseSeen(socket) && request.reusedSocket !== true
    onceConnected(
      socket,
      guarded(() => requestSent(call, isFirst)),
    )
  })
  if (typeof request.once === 'function') Reflect.apply(request.once, request, ['socket', onSocket])
}

function followHandshake(request: Fields, path: string): void {
  const call = followWebSocket(originOf(request), path, headersOf(request))
  if (call === undefined) return
  keepFollowed(request, call)
  // Not a listener: a request without one for `upgrade` is cut by Node.
  const stopEmit = tap(request, 'emit', (event, response) => {
    if (event !== 'upgrade') return
    stopEmit()
    stopDestroy()
    const { rawHeaders, socket } = isFields(response) ? response : {}
    socketOpened(call, rawHeaders, socket)
  })
  const stopDestroy = tapDestroy(request, call)
}

/** Node says of a request that its agent destroyed what it says of a lost connection: socket hang up. */
function tapDestroy(request: Fields, call: FollowedCall): () => void {
  return tap(request, 'destroy', (error) => endCall(call, error ?? 'aborted'))
}

// Published before anybody can read the response. A listener on it could let it flow, or keep it from being dumped.
function onResponse({ request, response }: Fields): void {
  if (!isFields(request) || !isFields(response)) return
  const call = followedBy(request)
  if (call?.state !== 'called') return
  headersCame(call, Number(response.statusCode), response.rawHeaders, wallClock.nowMs())
  tap(response, 'push', (chunk) => {
    if (isBytes(chunk)) chunkCame(call, chunk, wallClock.nowMs())
    // Nobody reads a response that is dumped, and Node does not either.
    else if (chunk === null)
      endCall(call, response.complete === true && response._dumped !== true ? undefined : 'aborted')
  })
  tap(response, '_destroy', (error) => endCall(call, error ?? 'aborted'))
}

function onError({ request, error }: Fields): void {
  const call = followedBy(request)
  if (call !== undefined) endCall(call, error ?? 'aborted')
}

function originOf(request: Fields): string {
  return `${request.protocol}//${headerOf(request, 'host') ?? request.host}`
}

function headerOf(request: Fields, name: string): unknown {
  return typeof request.getHeader === 'function' ? Reflect.apply(request.getHeader, request, [name]) : undefined
}

function headersOf(request: Fields): unknown {
  return typeof request.getHeaders === 'function' ? Reflect.apply(request.getHeaders, request, []) : undefined
}
