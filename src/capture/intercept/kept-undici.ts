import { STATUS_CODES } from 'node:http'
import { wallClock } from '../../domain/clock.ts'
import type { Fields } from '../fields.ts'
import { type FollowedCall, requestChunkSent } from '../follow.ts'
import { recordFault } from '../guard.ts'
import { isBytes } from '../transport/channel.ts'
import { connectionRefused, connectionReset, headersTimeout, otherSideClosed } from './lost-connection.ts'
import { override } from './override.ts'
import type { Door, Kept, LocalAnswer } from './passage.ts'
import { playAnswer } from './play-answer.ts'
import { abortError, methodsOf, type UndiciMethods } from './undici-request.ts'

// How long undici waits for an answer to begin, unless it is told otherwise; what a dispatcher was told cannot be seen here.
const usualPatienceMs = 300_000

/**
 * Has `request` pass as `kept` says, and never be sent. To undici it is one that was aborted, which it takes out of its queue; to
 * who asked, and to the channels, it is one that undici is at work on.
 *
 * @param hasStarted whether undici has begun to send it: it has a connection, and who asked was told
 */
export function takeOver(
  request: Fields,
  call: FollowedCall,
  kept: Kept,
  door: Door,
  body: AsyncIterable<unknown>,
  hasStarted = false,
): void {
  const methods = asWorking(request)
  let stopClosing: () => void = () => undefined
  const isOver = methods.isOver
  const fail = (error: unknown): void => {
    stopClosing()
    if (!isOver()) methods.fail(error)
  }
  const abort = (error?: unknown): void => fail(error ?? abortError())

  const go = async (): Promise<void> => {
    if (kept.kind === 'refuse') {
      // By its body, the record knows the next attempt.
      for await (const chunk of body) if (isBytes(chunk)) requestChunkSent(call, chunk)
      return fail(connectionRefused(call.wire.url))
    }
    if (hasStarted) request.abort = abort
    else methods.start(abort, null)
    const sent: Uint8Array[] = []
    for await (const chunk of body) {
      if (isOver()) return
      if (!isBytes(chunk)) continue
      sent.push(chunk)
      methods.bodySent(chunk)
    }
    if (isOver()) return
    methods.requestSent()
    const given = kept.kind === 'answer' ? await kept.answer(Buffer.concat(sent)) : kept.kind
    if (typeof given === 'object') stopClosing = answer(given, methods, door, fail)
    else if (given === 'reset') fail(connectionReset())
    else stopClosing = silence(request.headersTimeout, door, fail)
  }
  // Whoever dispatches it has to get it back first.
  process.nextTick(() => go().catch(fail).catch(recordFault))
}

/** Never answers, until undici would have lost its patience, or the door closes; the returned function ends that. */
function silence(patienceMs: unknown, door: Door, fail: (error: unknown) => void): () => void {
  const ms = typeof patienceMs === 'number' ? patienceMs : usualPatienceMs
  const stopWaiting = ms > 0 ? wallClock.after(ms, () => fail(headersTimeout())) : () => undefined
  const stopClosing = door.onClose(() => fail(connectionReset()))
  return () => {
    stopWaiting()
    stopClosing()
  }
}

type Working = UndiciMethods & { isOver: () => boolean }

/** Gives `given` in its time, until the door closes; the returned function ends that. */
function answer(given: LocalAnswer, methods: Working, door: Door, fail: (error: unknown) => void): () => void {
  const { status, headers, parts, breaks } = given
  const length = parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const raw = Object.entries(breaks === true ? headers : { ...headers, 'content-length': String(length) })
  const rawHeaders = raw.flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)])
  const resume = (): void => undefined
  let stopClosing = (): void => undefined
  const stop = playAnswer(given, {
    begin: () => methods.headers(status, rawHeaders, resume, STATUS_CODES[status] ?? ''),
    part: (bytes) => methods.data(Buffer.from(bytes)),
    end: () => {
      stopClosing()
      methods.complete([])
    },
    cut: () => fail(otherSideClosed()),
    isOver: methods.isOver,
  })
  if (!methods.isOver()) stopClosing = door.onClose(() => fail(connectionReset()))
  return () => {
    stop()
    stopClosing()
  }
}

/** The methods of `request`, in which it is as it was; outside of them it is aborted. */
function asWorking(request: Fields): Working {
  const methods = methodsOf(request)
  let aborted = false
  let isInside = false
  const inside = (method: (...given: unknown[]) => unknown) => {
    return (...given: unknown[]): unknown => {
      const wasInside = isInside
      isInside = true
      try {
        return method(...given)
      } finally {
        isInside = wasInside
      }
    }
  }
  Object.defineProperty(request, 'aborted', {
    get: () => !isInside || aborted,
    set: (value: unknown) => {
      aborted = value === true
    },
    configurable: true,
    enumerable: true,
  })
  // What undici has to tell of the connection is not of this request.
  override(request, methods.names.fail, (error) => (isInside ? methods.fail(error) : undefined))
  return {
    names: methods.names,
    start: inside(methods.start),
    headers: inside(methods.headers),
    data: inside(methods.data),
    complete: inside(methods.complete),
    fail: inside(methods.fail),
    bodySent: inside(methods.bodySent),
    requestSent: inside(methods.requestSent),
    isOver: () => aborted || request.completed === true,
  }
}
