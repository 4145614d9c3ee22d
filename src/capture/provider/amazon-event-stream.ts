import { type Arrival, arrivalTimes, bytesOf, type StreamEvent } from '../stream.ts'

const preludeBytes = 12
const checksumBytes = 4
const stringType = 7
// Of each type of a header's value: how long it is; absent when its first two bytes say so.
const valueBytes = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]

/**
 * The messages in `arrivals`, each an event named by its type. Checksums are not checked: the client does.
 *
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function readMessages(arrivals: readonly Arrival[]): StreamEvent[] {
  const bytes = bytesOf(arrivals)
  const cameAt = arrivalTimes(arrivals)
  const events: StreamEvent[] = []
  let start = 0
  while (start + preludeBytes <= bytes.length) {
    const end = start + bytes.readUInt32BE(start)
    const payloadAt = start + preludeBytes + bytes.readUInt32BE(start + 4)
    const payloadEnd = end - checksumBytes
    // Cut, or no such stream.
    if (end > bytes.length || payloadAt > payloadEnd) break
    const headers = readHeaders(bytes.subarray(start + preludeBytes, payloadAt))
    events.push({ ...eventOf(headers, bytes.toString('utf8', payloadAt, payloadEnd)), atMs: cameAt(end - 1) })
    start = end
  }
  return events
}

// An error has its message in a header, and no payload.
function eventOf(headers: ReadonlyMap<string, string>, data: string): Omit<StreamEvent, 'atMs'> {
  const name = headers.get(':event-type') ?? headers.get(':exception-type') ?? headers.get(':error-code')
  if (headers.get(':message-type') !== 'error') return { name, data }
  return { name, data: JSON.stringify({ message: headers.get(':error-message') ?? name }) }
}

function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  while (at < bytes.length) {
    const typeAt = at + 1 + (bytes[at] ?? 0)
    const type = bytes[typeAt] ?? valueBytes.length
    const length = valueBytes[type] ?? (typeAt + 3 <= bytes.length ? bytes.readUInt16BE(typeAt + 1) : undefined)
    if (type >= valueBytes.length || length === undefined) break
    const valueAt = typeAt + (valueBytes[type] === undefined ? 3 : 1)
    if (type === stringType) {
      headers.set(bytes.toString('utf8', at + 1, typeAt), bytes.toString('utf8', valueAt, valueAt + length))
    }
    at = valueAt + length
  }
  return headers
}
