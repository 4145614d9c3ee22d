import { constants } from 'node:os'

/** What Node says when nobody listens where `url` points to. */
export function connectionRefused(url: string): Error {
  const { hostname, port, protocol } = new URL(url)
  const portNumber = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  return Object.assign(new Error(`connect ECONNREFUSED ${hostname}:${portNumber}`), {
    errno: -constants.errno.ECONNREFUSED,
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: hostname,
    port: portNumber,
  })
}

/** What Node says of a connection that the other side reset. */
export function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), {
    errno: -constants.errno.ECONNRESET,
    code: 'ECONNRESET',
    syscall: 'read',
  })
}

/** What undici says of a connection that the other side closed in the middle of an answer. */
export function otherSideClosed(): Error {
  return Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' })
}

/** What node:http says of an answer that broke off. */
export function answerAborted(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}

/** What node:http2 says of a stream that the other side broke off. */
export function streamBroken(): Error {
  const error = new Error('Stream closed with error code NGHTTP2_INTERNAL_ERROR')
  return Object.assign(error, { code: 'ERR_HTTP2_STREAM_ERROR' })
}

/** What undici says when an answer does not begin. */
export function headersTimeout(): Error {
  const error = new Error('Headers Timeout Error')
  return Object.assign(error, { name: 'HeadersTimeoutError', code: 'UND_ERR_HEADERS_TIMEOUT' })
}
