import { type Arrival, arrivalTimes, bytesOf, type StreamEvent } from '../stream.ts'

const quote = 0x22
const backslash = 0x5c
const openingBrace = 0x7b
const closingBrace = 0x7d

/** The objects of a JSON list in `arrivals`, each an event with the instant at which it was closed. */
export function readList(arrivals: readonly Arrival[]): StreamEvent[] {
  const bytes = bytesOf(arrivals)
  const cameAt = arrivalTimes(arrivals)
  const events: StreamEvent[] = []
  let start = 0
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      at = endOfString(bytes, at)
    } else if (byte === openingBrace) {
      if (depth++ === 0) start = at
    } else if (byte === closingBrace && --depth === 0) {
      events.push({ data: bytes.toString('utf8', start, at + 1), atMs: cameAt(at) })
    }
  }
  return events
}

/** Where the JSON string ends that begins at `start`: at its closing quote, or behind `bytes` when it is cut. */
export function endOfString(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(quote, start + 1)
  while (end !== -1 && isEscaped(bytes, end)) end = bytes.indexOf(quote, end + 1)
  return end === -1 ? bytes.length : end
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0
  while (bytes[at - 1 - backslashes] === backslash) backslashes++
  return backslashes % 2 === 1
}
