import { StringDecoder } from 'node:string_decoder'
import type { RecordedCall, RecordedChunk, RecordedResponse } from '../../domain/recording.ts'
import { causesOf, networkClass } from '../failure.ts'
import { decodeArrivals } from '../read/content-encoding.ts'
import { headerOf, type WireCall } from '../wire-call.ts'
import { type Redact, recordedRequest } from './request-key.ts'
import { type Mask, maskFor, secretsInHeaders } from './secrets.ts'

/** Headers that clients go by, and that tell nothing of who asked. All others are left out. */
export const keptHeaders = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry'] as const

/** How calls are kept. */
export interface Recording {
  /** What must not be kept, wherever it stands: values of variables, say. Credentials in headers of the request are known besides. */
  secrets: readonly string[]
  redact?: Redact | undefined
}

/** A call of which nothing changes any more, though the run that made it lets go of its bodies. */
export function heldCall(wire: WireCall): WireCall {
  return { ...wire }
}

/** What is kept of `wire`, a call that is over. */
export async function recordCall(wire: WireCall, { secrets, redact }: Recording): Promise<RecordedCall> {
  const mask = maskFor([...secrets, ...secretsInHeaders(wire.rawRequestHeaders)])
  const request = recordedRequest(wire, Buffer.concat(wire.requestChunks), { mask, redact })
  return wire.status === undefined ? { request } : { request, response: await responseOf(wire, wire.status, mask) }
}

async function responseOf(wire: WireCall, status: number, mask: Mask): Promise<RecordedResponse> {
  const since = (atMs = wire.startedAtMs): number => Math.max(0, Math.round((atMs - wire.startedAtMs) * 10) / 10)
  const arrivals = wire.chunks.map((bytes, at) => ({ bytes, atMs: wire.arrivalsAtMs[at] ?? wire.startedAtMs }))
  const encoding = headerOf(wire.rawHeaders, 'content-encoding')
  const decoded = encoding === undefined ? arrivals : await decodeArrivals(arrivals, encoding)
  const timed = decoded.map(({ bytes, atMs }) => ({ bytes, atMs: since(atMs) }))
  const endedAtMs = since(wire.endedAtMs ?? wire.arrivalsAtMs.at(-1) ?? wire.headersAtMs)
  // Who gave it up did so by themselves, and will again.
  const isBroken = causesOf(wire.error).some((cause) => networkClass(cause) !== undefined)
  return {
    status,
    headers: keptOf(wire.rawHeaders, mask),
    headersAtMs: since(wire.headersAtMs),
    chunks: maskedChunks(timed, mask),
    endedAtMs,
    ...(isBroken ? { broken: true } : {}),
  }
}

function keptOf(rawHeaders: unknown, mask: Mask): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap((name): [string, string][] => {
      const value = headerOf(rawHeaders, name)
      return value === undefined ? [] : [[name, mask.text(value)]]
    }),
  )
}

/** `chunks` without secrets; those that are no text have none that could be read. */
function maskedChunks(chunks: readonly RecordedChunk[], mask: Mask): RecordedChunk[] {
  const texts = textsOf(chunks)
  if (texts === undefined) return [...chunks]
  const pieces = mask.pieces(texts)
  return chunks.map(({ atMs }, at) => ({ atMs, bytes: Buffer.from(pieces[at] ?? '') }))
}

/** The texts of `chunks`, a character that lies in two of them in the second; absent when they are no text. */
function textsOf(chunks: readonly RecordedChunk[]): string[] | undefined {
  const whole = Buffer.concat(chunks.map(({ bytes }) => bytes))
  if (!Buffer.from(whole.toString()).equals(whole)) return undefined
  const decoder = new StringDecoder('utf8')
  return chunks.map(({ bytes }) => decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)))
}
