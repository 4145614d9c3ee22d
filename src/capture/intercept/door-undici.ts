import { type Fields, isFields } from '../fields.ts'
import { type FollowedCall, followedBy } from '../follow.ts'
import { asksModel } from '../provider/unknown.ts'
import { isBytes, subscribeAll } from '../transport/channel.ts'
import { type AlteredAnswer, alterAnswer, headOf, withoutLength } from './altered-answer.ts'
import { takeOver } from './kept-undici.ts'
import { otherSideClosed } from './lost-connection.ts'
import { override } from './override.ts'
import { type Altered, type Door, mayAskModel } from './passage.ts'
import { abortError, methodsOf } from './undici-request.ts'

/** Asks at `door` for the requests of every dispatcher of undici, built in or not, until the returned function is called. */
export function openUndiciDoor(door: Door): () => void {
  return subscribeAll({ 'undici:request:create': ({ request }) => onCreate(request, door) })
}

// Published by the request's constructor, when the dispatcher has it in no queue yet. A body that is a stream stays as it is, for
// undici listens to it already.
function onCreate(request: unknown, door: Door): void {
  const call = followedBy(request)
  if (call === undefined || !isFields(request)) return
  if (call.state === 'called') {
    if (request.upgrade === null) pass(request, call, door)
    return
  }
  if (!mayAskModel(call)) return
  const { body } = request
  if (isBytes(body)) {
    if (asksModel(body)) pass(request, call, door)
  } else if (isAsyncIterable(body) && typeof body.on !== 'function') {
    request.body = peeked(body, request, call, door)
  }
}

function pass(request: Fields, call: FollowedCall, door: Door): void {
  const passage = door.passageOf(call)
  if (passage === undefined) return
  if (passage.kind === 'alter') alter(request, passage, door)
  else takeOver(request, call, passage, door, bodyOf(request.body))
}

/** `body`, whose first part tells whether it asks a model; until then undici has written nothing. */
async function* peeked(
  body: AsyncIterable<unknown>,
  request: Fields,
  call: FollowedCall,
  door: Door,
): AsyncGenerator<unknown> {
  const parts = body[Symbol.asyncIterator]()
  const first = await parts.next()
  if (first.done === true) return
  if (isBytes(first.value) && asksModel(first.value) && mayAskModel(call)) {
    const passage = door.passageOf(call)
    if (passage?.kind === 'alter') alter(request, passage, door)
    else if (passage !== undefined) {
      takeOver(request, call, passage, door, bodyFrom(first.value, parts), true)
      throw new Error('this request is answered in this process')
    }
  }
  yield first.value
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value
}

async function* bodyFrom(first: Uint8Array, rest: AsyncIterator<unknown>): AsyncGenerator<unknown> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* bodyOf(body: unknown): AsyncGenerator<unknown> {
  if (isBytes(body)) yield body
  else if (isAsyncIterable(body)) yield* body
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> & Fields {
  return isFields(value) && typeof value[Symbol.asyncIterator] === 'function'
}

/** Has the answer to `request` altered on its way to who asked, and to the record. */
function alter(request: Fields, passage: Altered, door: Door): void {
  const methods = methodsOf(request)
  let answer: AlteredAnswer | undefined
  let abortOnWire: ((error: unknown) => void) | undefined
  let hasCome = false
  let trailers: unknown = []
  let stopClosing: () => void = () => undefined

  const abort = (error?: unknown): void => {
    // The connection may be that of the next request by then.
    if (!hasCome) abortOnWire?.(error)
    else if (request.aborted !== true && request.completed !== true) fail(error ?? abortError())
  }
  const fail = (error: unknown): unknown => {
    answer?.stop()
    stopClosing()
    return methods.fail(error)
  }
  const begin = (rawHeaders: unknown): unknown => {
    const alteration = passage.alter(headOf(rawHeaders))
    const sink = {
      pass: (bytes: Uint8Array) => {
        if (request.aborted !== true) methods.data(bytes)
      },
      end: () => {
        stopClosing()
        if (request.aborted !== true) methods.complete(trailers)
      },
      cut: () => abort(otherSideClosed()),
    }
    answer = alterAnswer(alteration, sink)
    stopClosing = door.onClose(sink.cut)
    return alteration.shortens && Array.isArray(rawHeaders) ? withoutLength(rawHeaders) : rawHeaders
  }

  override(request, methods.names.start, (given, ...more) => {
    if (typeof given === 'function') abortOnWire = (error) => Reflect.apply(given, undefined, [error])
    return methods.start(abort, ...more)
  })
  override(request, methods.names.headers, (status, rawHeaders, ...more) => {
    const isAnswer = Number(status) >= 200 && Number(status) < 300
    return methods.headers(status, isAnswer ? begin(rawHeaders) : rawHeaders, ...more)
  })
  override(request, methods.names.data, (chunk) => {
    if (answer === undefined || !isBytes(chunk)) return methods.data(chunk)
    answer.chunk(chunk)
    return true
  })
  override(request, methods.names.complete, (given) => {
    hasCome = true
    if (answer === undefined) return methods.complete(given)
    trailers = given
    answer.end()
    return undefined
  })
  override(request, methods.names.fail, fail)
  // Undici is at work on it already where its body had to be seen first.
  if (typeof request.abort === 'function') {
    const { abort: given } = request
    abortOnWire = (error) => Reflect.apply(given, undefined, [error])
  }
}
