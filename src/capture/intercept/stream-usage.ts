import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { runInThisContext } from 'node:vm'
import { type Fields, isFields } from '../fields.ts'
import { guarded } from '../guard.ts'
import { dispatchAsking } from './usage-dispatch.ts'

interface Wrapping {
  dispatch: unknown
  /** What the dispatcher itself had as its `dispatch`; absent when it had the one of its class. */
  own: PropertyDescriptor | undefined
  on: boolean
}

// Where undici keeps the dispatcher that `fetch` uses: the second since its version 8, which is that of Node 26.
const dispatcherKeys = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')]

const wrappings = new Map<Fields, Wrapping>()
const wrapNewDispatchers = guarded(wrapDispatchers)
let users = 0

/**
 * Makes every Chat Completions stream that the process asks for with `fetch` tell its usage, until the returned function is
 * called. Without it, a stream has one only if the agent sets `stream_options: { include_usage: true }`, which the `openai`
 * client does not do by itself.
 *
 * The agent's own request is changed, and the answer changed back: what the provider adds to it is seen by the capture and
 * not by the agent. Such a request asks for an answer that is not compressed, since nothing can be taken out of one that is;
 * when it comes compressed all the same, the agent sees the usage. A server that refuses `stream_options` refuses the
 * request. Clients may be older than this; those that do not use the dispatcher of `fetch` (`node:http`, and so axios, got
 * and node-fetch, or a dispatcher of their own) are left alone.
 */
export function ensureStreamUsage(): () => void {
  if (users++ === 0) {
    wrapDispatchers()
    // Loading the undici package replaces the dispatcher, and so may the user: at most the first request is missed.
    subscribe('undici:request:create', wrapNewDispatchers)
  }
  let ensuring = true
  return () => {
    if (!ensuring) return
    ensuring = false
    if (--users > 0) return
    unsubscribe('undici:request:create', wrapNewDispatchers)
    for (const [dispatcher, wrapping] of wrappings) unwrap(dispatcher, wrapping)
    wrappings.clear()
  }
}

function wrapDispatchers(): void {
  const realm = mainRealm()
  for (const key of dispatcherKeys) {
    const dispatcher = realm[key]
    if (isFields(dispatcher) && !wrappings.has(dispatcher)) wrap(dispatcher)
  }
}

function wrap(dispatcher: Fields): void {
  const inner = dispatcher.dispatch
  if (typeof inner !== 'function') return
  const wrapping: Wrapping = {
    dispatch: undefined,
    own: Object.getOwnPropertyDescriptor(dispatcher, 'dispatch'),
    on: true,
  }
  wrapping.dispatch = function (this: unknown, ...given: unknown[]): unknown {
    const dispatch = (...dispatched: unknown[]): unknown => Reflect.apply(inner, this, dispatched)
    return wrapping.on ? dispatchAsking(dispatch, given) : dispatch(...given)
  }
  dispatcher.dispatch = wrapping.dispatch
  wrappings.set(dispatcher, wrapping)
}

function unwrap(dispatcher: Fields, wrapping: Wrapping): void {
  wrapping.on = false
  // Somebody may have wrapped it again, around ours.
  if (dispatcher.dispatch !== wrapping.dispatch) return
  if (wrapping.own === undefined) delete dispatcher.dispatch
  else Object.defineProperty(dispatcher, 'dispatch', wrapping.own)
}

let realm: Fields | undefined

// A worker with a realm of its own (vmThreads) shares the `fetch` of the main one. The dispatcher is there once something of
// undici has been loaded, which naming one of its classes does.
function mainRealm(): Fields {
  const found: unknown = realm ?? runInThisContext('void globalThis.Headers; globalThis')
  if (!isFields(found)) throw new TypeError('Expected a global object')
  realm = found
  return found
}
