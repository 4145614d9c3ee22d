import { subscribeHttp2 } from './transport/http2.ts'
import { subscribeNodeHttp } from './transport/node-http.ts'
import { subscribeUndici } from './transport/undici.ts'

let observers = 0
let unsubscribe: (() => void) | undefined

/**
 * Starts to watch the model calls of this process until the returned function is called; calls made before the first
 * observer came are not seen. Observers share one subscription, which ends with the last of them.
 */
export function observe(): () => void {
  observers++
  unsubscribe ??= subscribeTransports()
  let observing = true
  return () => {
    if (!observing) return
    observing = false
    observers--
    if (observers > 0) return
    unsubscribe?.()
    unsubscribe = undefined
  }
}

function subscribeTransports(): () => void {
  const stops = [subscribeUndici(), subscribeNodeHttp(), subscribeHttp2()]
  return () => {
    for (const stop of stops) stop()
  }
}
