import http from 'node:http'
import http2 from 'node:http2'
import { Readable } from 'node:stream'
import axios from 'axios'
import got from 'got'
import nodeFetch from 'node-fetch'
import * as undici from 'undici'

/** What is asked of a client: JSON by POST. */
export interface Question {
  url: string
  body: string
  headers?: Record<string, string> | undefined
  signal?: AbortSignal | undefined
}

/** Asks, and gives the response's body as it comes; responses of 4xx and 5xx are answers too. */
export type Client = (question: Question) => Promise<AsyncIterable<unknown>>

const json = { 'content-type': 'application/json' }

async function withNodeHttp({ url, body, headers, signal }: Question): Promise<AsyncIterable<unknown>> {
  const request = http.request(url, { method: 'POST', headers: { ...json, ...headers }, ...(signal && { signal }) })
  const response = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
  // In two parts, of which the first is text in an encoding of its own.
  request.write(Buffer.from(body).subarray(0, 40).toString('base64'), 'base64')
  request.end(Buffer.from(body).subarray(40))
  return response
}

async function withAxios({ url, body, headers, signal }: Question): Promise<AsyncIterable<unknown>> {
  const options = { responseType: 'stream' as const, decompress: false, validateStatus: () => true }
  const response = await axios.post<Readable>(url, body, {
    ...options,
    headers: { ...json, ...headers },
    ...(signal && { signal }),
  })
  return response.data
}

async function withGot({ url, body, headers, signal }: Question): Promise<AsyncIterable<unknown>> {
  const stream = got.stream.post(url, {
    body,
    headers: { ...json, ...headers },
    retry: { limit: 0 },
    throwHttpErrors: false,
    decompress: false,
    ...(signal && { signal }),
  })
  await new Promise((resolve, reject) => {
    stream.once('response', resolve)
    stream.once('error', reject)
  })
  return stream
}

async function withNodeFetch({ url, body, headers, signal }: Question): Promise<AsyncIterable<unknown>> {
  const response = await nodeFetch(url, {
    method: 'POST',
    body,
    headers: { ...json, ...headers },
    signal: signal ?? null,
  })
  return response.body ?? Readable.from([])
}

async function withFetch({ url, body, headers, signal }: Question): Promise<AsyncIterable<unknown>> {
  const response = await fetch(url, { method: 'POST', body, headers: { ...json, ...headers }, signal: signal ?? null })
  return response.body ?? Readable.from([])
}

async function withUndiciFetch({ url, body, headers, signal }: Question): Promise<AsyncIterable<unknown>> {
  const options = { method: 'POST', body, headers: { ...json, ...headers }, signal: signal ?? null }
  const response = await undici.fetch(url, options)
  return response.body ?? Readable.from([])
}

/** `undici.request` by a dispatcher of the package. */
export function withUndiciRequest(dispatcher?: undici.Dispatcher): Client {
  return async ({ url, body, headers, signal }) => {
    const options = { method: 'POST' as const, body, headers: { ...json, ...headers } }
    const response = await undici.request(url, {
      ...options,
      ...(signal && { signal }),
      ...(dispatcher && { dispatcher }),
    })
    return response.body
  }
}

/** A client of node:http2 that shares a session for each origin, as clients of HTTP/2 do. */
export function http2Client(): { ask: Client; close: () => void } {
  const sessions = new Map<string, http2.ClientHttp2Session>()
  const sessionOf = (origin: string): http2.ClientHttp2Session => {
    const open = sessions.get(origin)
    if (open !== undefined && !open.closed && !open.destroyed) return open
    const session = http2.connect(origin)
    session.on('error', () => undefined)
    sessions.set(origin, session)
    return session
  }
  return {
    ask: async ({ url, body, headers, signal }) => {
      const { origin, pathname, search } = new URL(url)
      const head = { ':method': 'POST', ':path': pathname + search, ...json, ...headers }
      const stream = sessionOf(origin).request(head, signal && { signal })
      const response = new Promise((resolve, reject) => {
        stream.once('response', resolve)
        stream.once('error', reject)
        // A lost connection ends the streams of some versions of Node in silence.
        stream.once('close', () => reject(Object.assign(new Error('closed too early'), { code: 'ECONNRESET' })))
      })
      stream.write(body.slice(0, 40))
      stream.end(body.slice(40))
      await response
      return stream
    },
    close: () => {
      for (const session of sessions.values()) session.destroy()
    },
  }
}

/** Clients of HTTP/1.1, by name. */
export const clients: Record<string, Client> = {
  'node:http': withNodeHttp,
  axios: withAxios,
  got: withGot,
  'node-fetch': withNodeFetch,
  fetch: withFetch,
  'undici.fetch': withUndiciFetch,
  'undici.request': withUndiciRequest(),
}

/** The whole of a body, as text. */
export async function textOf(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk))
    else if (ArrayBuffer.isView(chunk)) chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }
  return Buffer.concat(chunks).toString()
}
