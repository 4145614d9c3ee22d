import { Agent, request } from 'undici'
import { nowOfThreadsMs } from '../src/domain/clock.ts'
import { quantile } from '../src/stats/quantile.ts'
import { sorted } from '../src/stats/sorted.ts'
import { runAgent } from './driver-agent.ts'
import type { ServerAddress } from './response-time-server.ts'
import { answerAtMs } from './stalls.ts'

// One of our loads, in a process of its own.

/** What it is asked for. */
export interface ResponseTimeRequest extends ServerAddress {
  load: { ratePerSecond: number; durationMs: number } | { concurrency: number; durationMs: number }
}

/** What it says of the load. */
export interface ResponseTimeAnswer {
  /** The response time that we tell, in milliseconds. */
  p99Ms: number
  /** The one that follows from when runs were due and when the server held its answers. */
  truthP99Ms: number
  runs: number
}

async function measure({ url, beganMs, load }: ResponseTimeRequest): Promise<ResponseTimeAnswer> {
  const dispatcher = new Agent({ connections: null })
  let firstCallMs: number | undefined
  const call = async () => {
    firstCallMs ??= nowOfThreadsMs()
    const { body } = await request(url, { dispatcher })
    await body.text()
  }
  const { record, samples } = await runAgent(call, { load })
  await dispatcher.close()
  const p99Ms = record.summary.metrics.responseTimeMs?.p99
  if (p99Ms === undefined || firstCallMs === undefined) throw new Error('Expected a p99 of the response time, got none')
  // From the start of the load to that of the server's schedule.
  const offsetMs = firstCallMs - (samples.startedAtMs[0] ?? Number.NaN) - beganMs
  const truthMs = Array.from({ length: samples.length }, (_, index) => {
    const dueMs = (samples.dueAtMs[index] ?? Number.NaN) + offsetMs
    return answerAtMs(dueMs) - dueMs
  })
  return { p99Ms, truthP99Ms: quantile(sorted(truthMs), 0.99), runs: samples.length }
}

process.on('message', async (asked: ResponseTimeRequest) => {
  process.send?.(await measure(asked))
})
