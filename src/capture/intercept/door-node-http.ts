import { ClientRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { wallClock } from '../../domain/clock.ts'
import { type Fields, isFields } from '../fields.ts'
import { type FollowedCall, followedBy } from '../follow.ts'
import { asksModel } from '../provider/unknown.ts'
import { isBytes, subscribeAll } from '../transport/channel.ts'
import { tap, tapWrites } from '../transport/tap.ts'
import { alterAnswer, headOf, withoutLength } from './altered-answer.ts'
import type { Loopback } from './loopback.ts'
import { answerAborted, connectionRefused } from './lost-connection.ts'
import { override } from './override.ts'
import { type Altered, type Door, type Kept, mayAskModel, type Passage } from './passage.ts'

type Given = [socket: unknown, error?: unknown]

/** A request whose socket waits until it is known what becomes of it. */
interface Waiting {
  given?: Given | undefined
  /** Whether the channel has told of it. */
  isTold?: true
  /** What it passes as; absent while that is not known. */
  passage?: Passage | 'as it is'
}

/** Sockets whose errors are nobody's, for the request that they were for does not need them. */
const silenced = new WeakSet<object>()

// How long a request waits for its body, which tells whether it is one to a model.
const bodyWaitMs = 20

/** Asks at `door` for the requests of node:http and node:https, until the returned function is called. */
export function openNodeHttpDoor(door: Door, loopback: Loopback): () => void {
  const requests = new WeakMap<object, Waiting>()
  const prototype: Fields = ClientRequest.prototype as unknown as Fields
  const { onSocket } = prototype
  if (typeof onSocket !== 'function') return () => undefined
  const pass = (request: object, given: Given): unknown => Reflect.apply(onSocket, request, given)

  const waitingOf = (request: object): Waiting => {
    const waiting = requests.get(request) ?? {}
    requests.set(request, waiting)
    return waiting
  }
  const settle = (request: Fields, passage: Passage | undefined, url = ''): void => {
    const waiting = waitingOf(request)
    if (waiting.passage !== undefined) return
    waiting.passage = passage ?? 'as it is'
    const { given } = waiting
    waiting.given = undefined
    if (passage !== undefined && passage.kind !== 'alter') {
      pass(request, standIn(request, url, passage, loopback))
      if (given !== undefined) giveBack(request, given)
    } else if (given !== undefined) pass(request, given)
  }
  const settleWithBody = (request: Fields, call: FollowedCall): void => {
    const stop = tapWrites(request, (chunk) => {
      stop()
      settle(request, asksModel(chunk) ? door.passageOf(call) : undefined, call.wire.url)
    })
    // One without a body asks no model.
    const stopEnd = tap(request, 'end', () => {
      stopEnd()
      process.nextTick(() => settle(request, undefined))
    })
    wallClock.after(bodyWaitMs, () => settle(request, undefined))
  }
  // An agent gives it from within the constructor, too, before anybody was told of the request.
  const held = function (this: Fields, ...given: Given): unknown {
    const waiting = waitingOf(this)
    if (waiting.passage === undefined) {
      waiting.given = given
      process.nextTick(() => {
        // It was made before the door was open.
        if (waiting.isTold !== true) settle(this, undefined)
      })
      return undefined
    }
    if (waiting.passage !== 'as it is' && waiting.passage.kind !== 'alter') return giveBack(this, given)
    return pass(this, given)
  }
  prototype.onSocket = held

  const unsubscribe = subscribeAll({
    'http.client.request.created': ({ request }) => {
      if (!isFields(request)) return
      waitingOf(request).isTold = true
      const call = followedBy(request)
      if (call?.state === 'called' && request.method === 'POST') settle(request, door.passageOf(call), call.wire.url)
      else if (call !== undefined && mayAskModel(call)) settleWithBody(request, call)
      else settle(request, undefined)
    },
    'http.client.response.finish': ({ request, response }) => {
      const passage = isFields(request) ? requests.get(request)?.passage : undefined
      if (passage === undefined || passage === 'as it is' || passage.kind !== 'alter' || !isFields(response)) return
      const status = Number(response.statusCode)
      if (status >= 200 && status < 300 && isFields(request)) alter(request, response, passage, door)
    },
  })
  return () => {
    unsubscribe()
    // Somebody may have wrapped it again, around ours, which passes on what it has no entry of.
    if (prototype.onSocket === held) prototype.onSocket = onSocket
  }
}

/** What `request` gets in place of a socket to the provider. */
function standIn(request: Fields, url: string, kept: Kept, { httpPort, expect }: Loopback): Given {
  if (kept.kind === 'refuse') return [undefined, connectionRefused(url)]
  const socket: Socket = connect(httpPort, '127.0.0.1')
  socket.on('error', () => undefined)
  // Of no agent: when its request is over, or was given up before it began, nobody else needs it.
  socket.on('free', () => socket.destroy())
  socket.once('connect', () => expect(socket.localPort ?? 0, kept))
  // Or its client takes a lost connection for one that had been idle for too long.
  request.reusedSocket = false
  return [socket]
}

/** Gives the socket that `request` does not need back to the agent that it came from. */
function giveBack(request: Fields, [socket]: Given): void {
  if (!isFields(socket) || typeof socket.on !== 'function' || typeof socket.emit !== 'function') return
  // An agent that keeps its sockets gives the same one again and again.
  if (!silenced.has(socket)) Reflect.apply(socket.on, socket, ['error', () => undefined])
  silenced.add(socket)
  if (isFields(request.agent)) {
    // By this, the agent knows whether it may keep it.
    socket._httpMessage = request
    Reflect.apply(socket.emit, socket, ['free'])
  } else if (typeof socket.destroy === 'function') Reflect.apply(socket.destroy, socket, [])
}

function alter(request: Fields, response: Fields, passage: Altered, door: Door): void {
  const { push, destroy } = response
  if (typeof push !== 'function' || typeof destroy !== 'function') return
  const alteration = passage.alter(headOf(response.rawHeaders))
  if (alteration.shortens) forgetLength(response)
  const pass = (chunk: unknown): void => {
    if (response.destroyed !== true) Reflect.apply(push, response, [chunk])
  }
  const cut = (): void => {
    if (response.destroyed === true) return
    // Node takes an answer that has come whole for one that cannot break off.
    response.complete = false
    Reflect.apply(destroy, response, [answerAborted()])
  }
  const end = (): void => {
    stopClosing()
    stopTapping()
    pass(null)
  }
  const answer = alterAnswer(alteration, { pass, end, cut })
  const stopClosing = door.onClose(cut)
  // Whoever gives the request up gets no end of an answer that has come whole, though not to them.
  const stopTapping = tap(request, 'destroy', () => process.nextTick(cut))
  override(response, 'push', (chunk, ...more) => {
    if (isBytes(chunk)) answer.chunk(chunk)
    else if (chunk === null) answer.end()
    else return Reflect.apply(push, response, [chunk, ...more])
    return true
  })
}

function forgetLength(response: Fields): void {
  const { headers, rawHeaders } = response
  // Read out of the raw ones when they are first asked for.
  if (isFields(headers)) delete headers['content-length']
  if (Array.isArray(rawHeaders)) rawHeaders.splice(0, rawHeaders.length, ...withoutLength(rawHeaders))
}
