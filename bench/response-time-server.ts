import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nowOfThreadsMs } from '../src/domain/clock.ts'
import { answerAtMs } from './stalls.ts'

// A server that holds all of its answers now and then.

/** Where it is, and when its schedule began, on the clock of {@link nowOfThreadsMs}, which processes share. */
export interface ServerAddress {
  url: string
  beganMs: number
}

const beganMs = nowOfThreadsMs()

const server = createServer((request, response) => {
  request.resume()
  const atMs = nowOfThreadsMs() - beganMs
  const answer = () => {
    const leftMs = answerAtMs(atMs) - (nowOfThreadsMs() - beganMs)
    // Timers are a little early at times.
    if (leftMs > 0) setTimeout(answer, leftMs)
    else response.end('hello')
  }
  answer()
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ url: `http://127.0.0.1:${port}/`, beganMs } satisfies ServerAddress)
})
process.on('disconnect', () => process.exit())
