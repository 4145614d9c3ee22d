import type { ModelCall } from '../../domain/span.ts'
import { causesOf, classOfStatus, isUnreached, networkClass } from '../failure.ts'
import { propertyOf } from '../fields.ts'
import { readMessages } from '../provider/amazon-event-stream.ts'
import { parseJson, textAt } from '../provider/json.ts'
import { readList } from '../provider/json-list.ts'
import { type Answer, emptyAnswer, type Protocol } from '../provider/provider.ts'
import { retryAfterMs } from '../provider/retry-after.ts'
import { type Arrival, type Framing, readEvents, readLines } from '../stream.ts'
import { headerOf, type WireCall } from '../wire-call.ts'
import { decodeArrivals, decodeNow } from './content-encoding.ts'
import { type ContentInstants, readStream } from './read-stream.ts'

const framings: readonly (readonly [contentType: string, framing: Framing])[] = [
  ['text/event-stream', readEvents],
  ['ndjson', readLines],
  ['application/jsonl', readLines],
  ['application/vnd.amazon.eventstream', readMessages],
]

// Those whose events can be told apart from the middle of a stream on.
const readableFromMiddle: ReadonlySet<Framing | undefined> = new Set([readEvents, readLines])

/**
 * What `wire` says about a model call. A call that is still open is read as far as it came and has no end.
 *
 * @param originMs The start of the run on `wallClock`, from which the call's instants are counted.
 */
export async function readCall(wire: WireCall, originMs: number): Promise<ModelCall> {
  const since = (atMs: number | undefined) => (atMs === undefined ? undefined : atMs - originMs)
  const encoding = headerOf(wire.rawHeaders, 'content-encoding')
  const raw = arrivalsOf(wire)
  const arrivals = encoding === undefined ? raw : await decodeArrivals(raw, encoding)
  const { protocol, url, status } = wire
  const framing = framingOf(wire)
  const streamed = framing !== undefined
  const answer = emptyAnswer()
  const content = streamed ? readStream(protocol, framing, arrivals, answer) : readWhole(protocol, arrivals, answer)
  const refused = status !== undefined && status >= 400
  const failure = failureOf(wire, streamed, answer)
  wire.answer = answer
  return {
    provider: protocol.provider,
    api: protocol.api,
    embeds: protocol.embeds,
    url,
    model: answer.model ?? textAt(parseJson(textOf(wire.requestChunks)), 'model') ?? protocol.modelIn?.(url),
    streamed,
    startedAtMs: wire.startedAtMs - originMs,
    sentAtMs: since(wire.sentAtMs),
    newConnection: wire.newConnection,
    headersAtMs: since(wire.headersAtMs),
    firstContentAtMs: since(content.firstContentAtMs),
    firstTextAtMs: since(content.firstTextAtMs),
    lastContentAtMs: since(content.lastContentAtMs),
    endedAtMs: since(wire.endedAtMs),
    status,
    failure,
    givenUp: failure === undefined && (wire.error !== undefined || wire.endedAtMs === undefined) ? true : undefined,
    unreached: status === undefined && (wire.kept === true || isUnreached(wire.error)) ? true : undefined,
    injected: wire.injected,
    retryAfterMs: refused ? (retryAfterMs(wire.rawHeaders) ?? answer.retryAfterMs) : undefined,
    usage: answer.usage,
    toolCalls: isUnread(protocol, answer) ? undefined : answer.toolCalls.size,
    reasoningStreamed: content.reasoningStreamed,
  }
}

// Nobody knows what an answer says whose protocol nobody knows, unless it looks like one that somebody does.
function isUnread({ api }: Protocol, { usage, toolCalls }: Answer): boolean {
  return (api === 'unknown' || api === 'realtime') && usage === undefined && toolCalls.size === 0
}

/**
 * Whether all of the response that matters came: the call ended, or its last event is on the wire and only the end of the
 * body is missing. Tells a stream that an agent left open from one whose last bytes are a tick behind.
 */
export function isComplete(wire: WireCall): boolean {
  if (wire.endedAtMs !== undefined) return true
  const framing = framingOf(wire)
  if (framing === undefined) return false
  const encoding = headerOf(wire.rawHeaders, 'content-encoding') ?? 'identity'
  // Compressed bytes can be read from their start only.
  let count = encoding === 'identity' && readableFromMiddle.has(framing) ? 1 : wire.chunks.length
  for (;;) {
    const answer = emptyAnswer()
    const bytes = decodeNow(Buffer.concat(wire.chunks.slice(-count)), encoding)
    const events = framing([{ bytes, atMs: 0 }])
    for (const event of events) wire.protocol.readEvent(event, answer)
    if (answer.finished) return true
    // The first event of the tail may have begun before it; the second is whole.
    if (events.length > 1 || count >= wire.chunks.length) return false
    count *= 2
  }
}

// Absent when the response is no stream, or did not come yet.
function framingOf({ protocol, rawHeaders, status = 0 }: WireCall): Framing | undefined {
  const contentType = headerOf(rawHeaders, 'content-type')?.toLowerCase() ?? ''
  const framing = framings.find(([known]) => contentType.includes(known))?.[1]
  const isList = protocol.streamsList === true && status < 400 && contentType.includes('application/json')
  return framing ?? (isList ? readList : undefined)
}

function arrivalsOf({ chunks, arrivalsAtMs }: WireCall): Arrival[] {
  return chunks.map((bytes, index) => ({ bytes, atMs: arrivalsAtMs[index] ?? 0 }))
}

/** The text of `chunks`, which are all of a body. */
export function textOf(chunks: readonly Uint8Array[]): string {
  const [only, ...others] = chunks
  const bytes = only === undefined || others.length > 0 ? Buffer.concat(chunks) : only
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  // JSON begins with no byte order mark, and some servers send one.
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function readWhole(protocol: Protocol, arrivals: readonly Arrival[], answer: Answer): ContentInstants {
  protocol.readBody(parseJson(textOf(arrivals.map(({ bytes }) => bytes))), answer)
  return { reasoningStreamed: false }
}

function failureOf(wire: WireCall, streamed: boolean, answer: Answer): ModelCall['failure'] {
  const { status, error, endedAtMs } = wire
  const byStatus = status === undefined ? undefined : classOfStatus(status)
  if (byStatus !== undefined) return { class: byStatus, message: answer.failure?.message ?? `HTTP ${status}` }
  const byError =
    error === undefined
      ? undefined
      : causesOf(error)
          .map(networkClass)
          .find((found) => found !== undefined)
  if (byError !== undefined) return { class: byError, message: messageOf(error) }
  if (answer.failure !== undefined) return answer.failure
  const cut = streamed && endedAtMs !== undefined && error === undefined && !answer.finished
  if (cut && answer.stopReason === undefined) {
    return { class: 'connection', message: 'The stream ended before its last event' }
  }
  return undefined
}

// The error of several refused addresses has no message of its own.
function messageOf(error: unknown): string {
  const messages = causesOf(error).map((cause) => propertyOf(cause, 'message'))
  return messages.find((message) => typeof message === 'string' && message !== '')?.toString() ?? String(error)
}
