import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Fields, isFields } from '../fields.ts'
import { guarded } from '../guard.ts'

/**
 * Subscribes to diagnostics channels, by their names, until the returned function is called. What a subscriber throws is
 * counted, and reaches nobody.
 */
export function subscribeAll(subscribers: Record<string, (message: Fields) => void>): () => void {
  const subscribed = Object.entries(subscribers).map(([name, subscriber]) => {
    const onMessage = guarded((message) => {
      if (isFields(message)) subscriber(message)
    })
    subscribe(name, onMessage)
    return () => unsubscribe(name, onMessage)
  })
  return () => {
    for (const stop of subscribed) stop()
  }
}

/** Whether `value` is bytes. Not instanceof: a worker with its own realm (vmThreads) has another Uint8Array. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value)
}

/** The bytes of a chunk that is sent: bytes, or text in `encoding`; absent when it is neither. */
export function bytesOf(chunk: unknown, encoding?: unknown): Uint8Array | undefined {
  if (isBytes(chunk)) return chunk
  if (typeof chunk !== 'string') return undefined
  return Buffer.from(chunk, typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8')
}
