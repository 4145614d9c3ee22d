import { type Fields, isFields } from '../fields.ts'
import { headerOf } from '../wire-call.ts'
import { type UsageFilter, usageFilter } from './usage-filter.ts'

type Method = (...given: unknown[]) => unknown

/**
 * `receiver`, who gets an answer part by part from undici, without what a stream tells of its usage. An answer that is no
 * stream of events, or that is compressed, is passed on as it is.
 */
export function hidingUsage(receiver: Fields): Fields {
  let filter: UsageFilter | undefined

  const call = (name: string, ...given: unknown[]): unknown => {
    const method = receiver[name]
    return typeof method === 'function' ? Reflect.apply(method, receiver, given) : undefined
  }
  const begin = (status: unknown, headers: unknown): void => {
    if (Number(status) >= 200 && isPlainStream(headers)) filter = usageFilter()
  }
  const pass = (name: string, before: unknown[], chunk: unknown): unknown => {
    if (filter === undefined || !ArrayBuffer.isView(chunk)) return call(name, ...before, chunk)
    const passed = filter.pass(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    // Nothing to pass on is nothing to wait for.
    return passed.length === 0 ? true : call(name, ...before, passed)
  }
  const passRest = (name: string, ...before: unknown[]): void => {
    const rest = filter?.rest()
    filter = undefined
    if (rest !== undefined && rest.length > 0) call(name, ...before, rest)
  }

  const formerMethods: Record<string, Method> = {
    onHeaders: (status, headers, ...more) => {
      begin(status, headers)
      return call('onHeaders', status, filter === undefined ? headers : withoutLength(headers), ...more)
    },
    onData: (chunk) => pass('onData', [], chunk),
    onComplete: (...given) => {
      passRest('onData')
      return call('onComplete', ...given)
    },
  }
  const methods: Record<string, Method> = {
    onResponseStart: (controller, status, headers, ...more) => {
      begin(status, headers)
      if (filter === undefined) return call('onResponseStart', controller, status, headers, ...more)
      if (isFields(controller)) controller.rawHeaders = withoutLength(controller.rawHeaders)
      return call('onResponseStart', controller, status, withoutLength(headers), ...more)
    },
    onResponseData: (controller, chunk) => pass('onResponseData', [controller], chunk),
    onResponseEnd: (controller, ...given) => {
      passRest('onResponseData', controller)
      return call('onResponseEnd', controller, ...given)
    },
  }
  // undici looks for the methods that there are, and calls the others on what it was given.
  return new Proxy(receiver, {
    get(_, name) {
      const value = receiver[name]
      if (typeof value !== 'function') return value
      const own = typeof name === 'string' ? (formerMethods[name] ?? methods[name]) : undefined
      return own ?? ((...given: unknown[]) => Reflect.apply(value, receiver, given))
    },
  })
}

function isPlainStream(headers: unknown): boolean {
  const encoding = headerOf(headers, 'content-encoding') ?? 'identity'
  return encoding === 'identity' && (headerOf(headers, 'content-type')?.includes('text/event-stream') ?? false)
}

// What is passed on is shorter than what the server sent.
function withoutLength(headers: unknown): unknown {
  if (Array.isArray(headers)) {
    const isLength = (at: number): boolean => String(headers[at]).toLowerCase() === 'content-length'
    return headers.filter((_, at) => !isLength(at - (at % 2)))
  }
  if (!isFields(headers)) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'))
}
