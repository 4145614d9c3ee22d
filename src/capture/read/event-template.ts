/** What two events of a stream have in common that differ in one JSON text only: the bytes before the difference, and after it. */
export interface EventTemplate {
  prefix: Buffer
  suffix: Buffer
}

const quote = 0x22
const backslash = 0x5c
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The template of two events; absent when they differ in more than one string between its quotes. */
export function templateOf(first: Uint8Array, second: Uint8Array): EventTemplate | undefined {
  const shorter = Math.min(first.length, second.length)
  let start = 0
  while (start < shorter && first[start] === second[start]) start++
  let end = 0
  while (end < shorter - start && first[first.length - 1 - end] === second[second.length - 1 - end]) end++
  const bytes = Buffer.from(second)
  const template = { prefix: bytes.subarray(0, start), suffix: bytes.subarray(bytes.length - end) }
  const isOne = endsInString(template.prefix) && isPlain(first, start, first.length - end) && fits(template, second)
  return isOne ? template : undefined
}

/**
 * Whether `event` is `template` with another text in its place, so that reading it would tell nothing new. Not when the text is
 * empty, or has signs that end it or may.
 */
export function fits({ prefix, suffix }: EventTemplate, event: Uint8Array): boolean {
  const end = event.length - suffix.length
  return (
    end > prefix.length &&
    prefix.compare(event, 0, prefix.length) === 0 &&
    suffix.compare(event, end) === 0 &&
    isPlain(event, prefix.length, end)
  )
}

function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const byte = bytes[index]
    if (byte === quote || byte === backslash || byte === lineFeed || byte === carriageReturn) return false
  }
  return true
}

function endsInString(json: Uint8Array): boolean {
  let inside = false
  for (let index = 0; index < json.length; index++) {
    if (json[index] === backslash) index++
    else if (json[index] === quote) inside = !inside
  }
  return inside && json[json.length - 1] !== backslash
}
