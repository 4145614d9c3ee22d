import type { Fields } from '../fields.ts'
import { recordFault } from '../guard.ts'
import { bytesOf } from './channel.ts'

/**
 * Has `note` told what `method` of `target` is called with, before it is called; nothing else changes for who calls it.
 * The returned function ends that.
 */
export function tap(target: object, method: string, note: (...given: unknown[]) => void): () => void {
  const original: unknown = Reflect.get(target, method)
  if (typeof original !== 'function') return () => undefined
  const ownBefore = Object.getOwnPropertyDescriptor(target, method)
  let tapping = true
  const tapped = function (this: unknown, ...given: unknown[]): unknown {
    if (tapping) {
      try {
        note(...given)
      } catch (error) {
        recordFault(error)
      }
    }
    return Reflect.apply(original, this, given)
  }
  // Not enumerable, as what it stands for: some copy a request's or a stream's own properties.
  Object.defineProperty(target, method, { value: tapped, configurable: true, writable: true, enumerable: false })
  return () => {
    tapping = false
    // Whoever wrapped the tap keeps it.
    if (Reflect.get(target, method) !== tapped) return
    if (ownBefore === undefined) Reflect.deleteProperty(target, method)
    else Object.defineProperty(target, method, ownBefore)
  }
}

/** Has `note` told the chunks that are written to `stream`, a Writable, as bytes; the returned function ends that. */
export function tapWrites(stream: Fields, note: (chunk: Uint8Array) => void): () => void {
  const noteChunk = (chunk: unknown, encoding: unknown): void => {
    const bytes = bytesOf(chunk, encoding)
    if (bytes !== undefined && bytes.length > 0) note(bytes)
  }
  const stops = [tap(stream, 'write', noteChunk), tap(stream, 'end', noteChunk)]
  return () => {
    for (const stop of stops) stop()
  }
}
