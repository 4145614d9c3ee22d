import type { SpanKind } from '../../domain/trace.ts'
import { currentSink, locateWith, type Place, placedIn } from '../attribution.ts'
import { propertyOf } from '../fields.ts'
import { recordFault } from '../guard.ts'
import { endSpan, startSpan } from '../trace.ts'
import { messageOf } from './failure-message.ts'

/** Every copy of the SDK in this process keeps its one trace provider here, from when it is loaded. */
const providerKey = Symbol.for('openai.agents.core.traceProvider')

const kinds = new Map<unknown, SpanKind>([
  ['agent', 'agent'],
  ['turn', 'step'],
  ['function', 'tool'],
  ['handoff', 'tool'],
])

interface SdkSpan {
  spanData: object
  start(): void
  end(): void
  setError(error: unknown): void
}

interface TraceProvider {
  createTrace(...given: unknown[]): unknown
  createSpan(...given: unknown[]): unknown
  getCurrentTrace(): unknown
  getCurrentSpan(): unknown
}

/**
 * Notes the agents, turns, tools and handoffs of the OpenAI Agents SDK as spans of the run that they belong to, until the
 * returned function is called; it may be loaded later.
 *
 * The SDK makes its spans even while its tracing is off, as it is in tests, but tells no trace processor of them. Switching
 * it on would send them to OpenAI, so the spans themselves are followed, and its tracing stays as the user has it.
 */
export function observeOpenaiAgents(): () => void {
  let stop: (() => void) | undefined
  const found = (provider: unknown) => {
    if (isProvider(provider)) stop = follow(provider)
  }
  const provider: unknown = Reflect.get(globalThis, providerKey)
  const forget = provider === undefined ? awaitProvider(found) : undefined
  found(provider)
  return () => {
    forget?.()
    stop?.()
  }
}

/** Tells `found` of the provider as soon as there is one, and leaves a plain property. */
function awaitProvider(found: (provider: unknown) => void): () => void {
  let waiting = true
  const forget = (provider?: unknown) => {
    if (!waiting) return
    waiting = false
    Reflect.deleteProperty(globalThis, providerKey)
    if (provider === undefined) return
    Object.defineProperty(globalThis, providerKey, { value: provider, writable: true, configurable: true })
  }
  Object.defineProperty(globalThis, providerKey, {
    configurable: true,
    get: () => undefined,
    set: (provider: unknown) => {
      forget(provider)
      found(provider)
    },
  })
  return () => forget()
}

function follow(provider: TraceProvider): () => void {
  // The SDK copies its spans, but never their data.
  const places = new WeakMap<object, Place>()
  const placeOf = (part: unknown): Place | undefined => {
    const key = propertyOf(part, 'spanData') ?? part
    return isObject(key) ? places.get(key) : undefined
  }
  const locate = () => placeOf(provider.getCurrentSpan() ?? provider.getCurrentTrace())
  const stops = [
    locateWith(locate),
    // While the tracing is off, an agent that is a tool of another begins a trace of its own.
    hearOf(provider, 'createTrace', (trace) => {
      const place = locate()
      if (place !== undefined && isObject(trace)) places.set(trace, place)
    }),
    hearOf(provider, 'createSpan', (span, parent) => {
      if (isSpan(span)) followSpan(span, isObject(parent) ? placeOf(parent) : locate(), places)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Tells `hear` what `provider` makes, and of which parent, until the returned function is called. */
function hearOf(
  provider: TraceProvider,
  name: 'createTrace' | 'createSpan',
  hear: (made: unknown, parent: unknown) => void,
): () => void {
  let hearing = true
  const original = provider[name]
  const isOwn = Object.hasOwn(provider, name)
  const wrapped = (...given: unknown[]) => {
    const made = Reflect.apply(original, provider, given)
    if (hearing) safely(() => hear(made, given[1]))
    return made
  }
  provider[name] = wrapped
  return () => {
    hearing = false
    // Whoever has wrapped it since then goes on calling ours.
    if (provider[name] !== wrapped) return
    if (isOwn) provider[name] = original
    else Reflect.deleteProperty(provider, name)
  }
}

function followSpan(span: SdkSpan, around: Place | undefined, places: WeakMap<object, Place>): void {
  const data = span.spanData
  const kind = kinds.get(propertyOf(data, 'type'))
  if (kind === undefined) {
    if (around !== undefined && !places.has(data)) places.set(data, around)
    return
  }
  const { start, end, setError } = span
  let failure: string | undefined
  span.start = () => {
    safely(() => {
      const sink = currentSink()
      const opened = sink && startSpan(kind, nameOf(data), placedIn(sink, around))
      if (sink && opened) places.set(data, { sink, span: opened })
    })
    start.call(span)
  }
  span.setError = (error) => {
    failure = failureOf(error)
    setError.call(span, error)
  }
  span.end = () => {
    const opened = places.get(data)?.span
    if (opened !== undefined) opened.name = nameOf(data)
    if (opened !== undefined) opened.handoffTo = handoffTo(data)
    endSpan(opened, failure)
    end.call(span)
  }
}

function safely(work: () => void): void {
  try {
    work()
  } catch (error) {
    recordFault(error)
  }
}

function nameOf(data: object): string {
  switch (propertyOf(data, 'type')) {
    case 'turn':
      return `step ${propertyOf(data, 'turn')}`
    case 'handoff': {
      const agent = handoffTo(data)
      return agent === undefined ? 'handoff' : `handoff to ${agent}`
    }
    default:
      return String(propertyOf(data, 'name'))
  }
}

function handoffTo(data: object): string | undefined {
  const agent = propertyOf(data, 'type') === 'handoff' ? propertyOf(data, 'to_agent') : undefined
  return typeof agent === 'string' ? agent : undefined
}

function failureOf(error: unknown): string {
  const detail = propertyOf(propertyOf(error, 'data'), 'error')
  return typeof detail === 'string' ? detail : messageOf(error)
}

function isSpan(value: unknown): value is SdkSpan {
  return isObject(propertyOf(value, 'spanData')) && hasMethods(value, ['start', 'end', 'setError'])
}

function isProvider(value: unknown): value is TraceProvider {
  return hasMethods(value, ['createTrace', 'createSpan', 'getCurrentTrace', 'getCurrentSpan'])
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof propertyOf(value, name) === 'function')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
