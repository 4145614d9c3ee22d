import type { Fields } from '../fields.ts'

type Method = (...given: unknown[]) => unknown

/** What undici calls a request's methods: those before its version 8, and since. */
interface Names {
  start: string
  headers: string
  data: string
  complete: string
  fail: string
}

const formerNames: Names = {
  start: 'onConnect',
  headers: 'onHeaders',
  data: 'onData',
  complete: 'onComplete',
  fail: 'onError',
}
const names: Names = {
  start: 'onRequestStart',
  headers: 'onResponseStart',
  data: 'onResponseData',
  complete: 'onResponseEnd',
  fail: 'onResponseError',
}

/** The methods of a request that tell of what comes: they publish it, and pass it on to who asked. */
export interface UndiciMethods extends Record<keyof Names, Method> {
  names: Names
  bodySent: Method
  requestSent: Method
}

/** The methods that `request` has now. */
export function methodsOf(request: Fields): UndiciMethods {
  const known = typeof request.onRequestStart === 'function' ? names : formerNames
  const method = (name: string): Method => {
    const found = request[name]
    return (...given) => (typeof found === 'function' ? Reflect.apply(found, request, given) : undefined)
  }
  return {
    names: known,
    start: method(known.start),
    headers: method(known.headers),
    data: method(known.data),
    complete: method(known.complete),
    fail: method(known.fail),
    bodySent: method('onBodySent'),
    requestSent: method('onRequestSent'),
  }
}

/** What undici says of a request that was aborted without a reason. */
export function abortError(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError', code: 'UND_ERR_ABORTED' })
}
