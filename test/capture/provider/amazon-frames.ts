import zlib from 'node:zlib'

/** A message of Amazon's event stream, as Bedrock sends it. */
export function frame(eventType: string, payload: object): Buffer {
  const headers = { ':event-type': eventType, ':content-type': 'application/json', ':message-type': 'event' }
  return message(headers, JSON.stringify(payload))
}

/** A message that reports an exception in the middle of a stream. */
export function exceptionFrame(exceptionType: string, text: string): Buffer {
  const headers = {
    ':exception-type': exceptionType,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return message(headers, JSON.stringify({ message: text }))
}

/** A message with headers of text and a payload. */
export function message(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const encoded = Buffer.concat(Object.entries(headers).map(([name, value]) => textHeader(name, value)))
  return encode(encoded, Buffer.from(payload))
}

/** A message with headers that are encoded already. */
export function encode(headers: Buffer, payload: Buffer): Buffer {
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  const body = Buffer.concat([prelude, checksum(prelude), headers, payload])
  return Buffer.concat([body, checksum(body)])
}

/** A header of text. */
export function textHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)])
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(zlib.crc32(bytes))
  return sum
}
