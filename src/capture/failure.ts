import type { ErrorClass } from '../domain/span.ts'
import { propertyOf } from './fields.ts'

const timeouts = new Set([
  'TimeoutError',
  'APIConnectionTimeoutError',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

// Sockets and DNS, undici, the HTTP parser, HTTP/2, TLS and its certificates.
const connectionCodes = [
  /^E(?:CONN(?:REFUSED|RESET|ABORTED)|NOTFOUND|AI_\w+|PIPE|PROTO|(?:HOST|NET)(?:UNREACH|DOWN))$/,
  /^UND_ERR_(?:SOCKET|INFO|RES_CONTENT_LENGTH_MISMATCH|PRX_TLS)$/,
  /^(?:HPE_|ERR_HTTP2_|ERR_TLS_|ERR_SSL_|UNABLE_TO_)/,
  /(?:^|_)CERT(?:_|$)/,
]

/** Failure that an HTTP status stands for; absent below 400. */
export function classOfStatus(status: number): ErrorClass | undefined {
  if (status === 429) return 'rateLimit'
  return status >= 400 && status < 600 ? 'provider' : undefined
}

/** `timeout` or `connection` when `error` says so by its own code or name; else absent, which is what an abort is. */
export function networkClass(error: unknown): ErrorClass | undefined {
  if (namesOf(error).some((name) => timeouts.has(name))) return 'timeout'
  const code = propertyOf(error, 'code')
  // How axios calls its own timeout, unless it is told to call it ETIMEDOUT.
  if (code === 'ECONNABORTED' && /^timeout\b/i.test(String(propertyOf(error, 'message')))) return 'timeout'
  return typeof code === 'string' && connectionCodes.some((codes) => codes.test(code)) ? 'connection' : undefined
}

const noConnection =
  /^E(?:CONNREFUSED|NOTFOUND|AI_\w+|(?:HOST|NET)(?:UNREACH|DOWN))$|^UND_ERR_CONNECT_TIMEOUT$|^(?:ERR_TLS_|ERR_SSL_|UNABLE_TO_)|(?:^|_)CERT(?:_|$)/

/** Whether `error` says that there never was a connection, so that nobody got the request. */
export function isUnreached(error: unknown): boolean {
  return causesOf(error).some((cause) => noConnection.test(String(propertyOf(cause, 'code'))))
}

/** `error`, what it gathers in `errors` (the latest first) and what caused it, each once, from the outside in. */
export function causesOf(error: unknown): unknown[] {
  const causes = new Set<unknown>()
  const visit = (cause: unknown): void => {
    if (cause === undefined || cause === null || causes.has(cause)) return
    causes.add(cause)
    const errors = propertyOf(cause, 'errors')
    if (Array.isArray(errors)) errors.toReversed().forEach(visit)
    visit(propertyOf(cause, 'cause'))
  }
  visit(error)
  return [...causes]
}

/** What kind of error it calls itself: its `code`, its `name` and its class, as far as they are strings. */
export function namesOf(error: unknown): string[] {
  const names = [
    propertyOf(error, 'code'),
    propertyOf(error, 'name'),
    propertyOf(propertyOf(error, 'constructor'), 'name'),
  ]
  return names.filter((name) => typeof name === 'string')
}
