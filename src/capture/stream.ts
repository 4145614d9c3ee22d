import { isAscii } from 'node:buffer'

/** Bytes, and when they came. */
export interface Arrival {
  bytes: Uint8Array
  /** An instant on the clock of who gathered them. */
  atMs: number
}

/** One event of a stream, whatever its framing. */
export interface StreamEvent {
  /** What kind of event it is, when the framing says so: the `event` field, or the header of a binary frame. */
  name?: string | undefined
  /** What the event bears, mostly JSON. */
  data: string
  /** When the bytes came that completed the event. */
  atMs: number
}

/** How the events of a stream are told apart: the events in `arrivals`, in order. */
export type Framing = (arrivals: readonly Arrival[]) => StreamEvent[]

const carriageReturn = 0x0d
const lineFeed = 0x0a

/**
 * The server-sent events in `arrivals`, in order, their data lines joined by line feeds; events without data are none.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function readEvents(arrivals: readonly Arrival[]): StreamEvent[] {
  const events: StreamEvent[] = []
  let name: string | undefined
  let data: string | undefined
  forEachLine(arrivals, (line, atMs) => {
    if (line === '') {
      if (data !== undefined) events.push({ name, data, atMs })
      name = undefined
      data = undefined
    } else if (line.startsWith('data')) {
      const value = fieldValue(line, 4)
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
    } else if (line.startsWith('event')) {
      name = fieldValue(line, 5) ?? name
    }
  })
  return events
}

/** Whether `bytes` end with the blank line that ends a server-sent event. */
export function endsEvent(bytes: Uint8Array): boolean {
  if (bytes.at(-1) !== lineFeed) return false
  return bytes.at(-2) === lineFeed || (bytes.at(-2) === carriageReturn && bytes.at(-3) === lineFeed)
}

/** The lines in `arrivals`, in order, each an event; blank ones are none. */
export function readLines(arrivals: readonly Arrival[]): StreamEvent[] {
  const events: StreamEvent[] = []
  forEachLine(arrivals, (line, atMs) => {
    if (line.trim() !== '') events.push({ data: line, atMs })
  })
  return events
}

/** The bytes of all `arrivals`, one after the other. */
export function bytesOf(arrivals: readonly Arrival[]): Buffer {
  return Buffer.concat(arrivals.map(({ bytes }) => bytes))
}

/** When the byte at an offset into all of `arrivals` came; the offsets it is asked for must not fall. */
export function arrivalTimes(arrivals: readonly Arrival[]): (offset: number) => number {
  let next = 0
  let end = 0
  let atMs = 0
  return (offset) => {
    for (let arrival = arrivals[next]; end <= offset && arrival !== undefined; arrival = arrivals[++next]) {
      end += arrival.bytes.length
      atMs = arrival.atMs
    }
    return atMs
  }
}

// Calls `onLine` with each line and the instant at which its end came, and with a blank line after the last: servers
// leave it out, and of an event cut in the middle no reader can make sense.
function forEachLine(arrivals: readonly Arrival[], onLine: (line: string, atMs: number) => void): void {
  const bytes = bytesOf(arrivals)
  const cameAt = arrivalTimes(arrivals)
  const textOf = textSlicer(bytes)
  const hasReturns = bytes.includes(carriageReturn)
  let start = startsWithByteOrderMark(bytes) ? 3 : 0
  while (start < bytes.length) {
    const end = hasReturns ? endOfLine(bytes, start) : bytes.indexOf(lineFeed, start)
    if (end === -1) break
    onLine(textOf(start, end), cameAt(end))
    start = bytes[end] === carriageReturn && bytes[end + 1] === lineFeed ? end + 2 : end + 1
  }
  const lastAtMs = cameAt(bytes.length)
  if (start < bytes.length) onLine(textOf(start, bytes.length), lastAtMs)
  onLine('', lastAtMs)
}

// In a text with one byte a character, offsets are those of the bytes: it is scanned and cut at no cost. A character of
// more bytes never holds the byte of a line's end, so that only what is cut out has to be decoded.
function textSlicer(bytes: Buffer): (start: number, end: number) => string {
  if (!isAscii(bytes)) return (start, end) => bytes.toString('utf8', start, end)
  const text = bytes.toString('latin1')
  return (start, end) => text.slice(start, end)
}

// -1 when the line goes on.
function endOfLine(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === lineFeed || byte === carriageReturn) return at
  }
  return -1
}

function startsWithByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

// The value of the field whose name is `nameLength` long; absent when the name of the line goes on.
function fieldValue(line: string, nameLength: number): string | undefined {
  if (line.length === nameLength) return ''
  if (line[nameLength] !== ':') return undefined
  return line.slice(line[nameLength + 1] === ' ' ? nameLength + 2 : nameLength + 1)
}
