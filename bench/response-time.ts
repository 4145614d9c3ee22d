import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { askChild, startChild } from './child.ts'
import type { Figure } from './figure.ts'
import type { ResponseTimeAnswer, ResponseTimeRequest } from './response-time-process.ts'
import type { ServerAddress } from './response-time-server.ts'

const ratePerSecond = 100
const concurrency = 10
const durationMs = 40_000

const Autocannon = z.object({ latency: z.object({ p99: z.number() }) })

/**
 * How far the p99 that an open load tells of a server which stalls is from the one that follows from the stalls. Takes a minute
 * and a half.
 */
export async function responseTimeFigure(): Promise<Figure> {
  const server = startChild('response-time-server.ts')
  try {
    const [address]: ServerAddress[] = await once(server, 'message')
    if (address === undefined) throw new Error('Expected the server to tell its address')
    const [open, autocannonP99Ms] = await Promise.all([
      under(address, { ratePerSecond, durationMs }),
      autocannon(address.url),
    ])
    // By itself, for it takes as much of the machine as there is.
    const closed = await under(address, { concurrency, durationMs })
    const errorOf = (p99Ms: number) => Math.abs(p99Ms / open.truthP99Ms - 1)
    return {
      name: 'response_time.p99_error_ratio',
      value: errorOf(open.p99Ms),
      unit: 'ratio',
      bound: 0.05,
      peers: {
        'autocannon -R 100 ratio': errorOf(autocannonP99Ms),
        'closed load, 10 in flight ratio': errorOf(closed.p99Ms),
        'truth ms': open.truthP99Ms,
        'open load ms': open.p99Ms,
        'autocannon -R 100 ms': autocannonP99Ms,
        'closed load, 10 in flight ms': closed.p99Ms,
      },
      meaning: `Error of the p99 of the response time, of a server that holds its answers a second in ten, ${ratePerSecond} calls a second.`,
    }
  } finally {
    server.disconnect()
  }
}

async function under(address: ServerAddress, load: ResponseTimeRequest['load']): Promise<ResponseTimeAnswer> {
  const child = startChild('response-time-process.ts')
  try {
    return await askChild<ResponseTimeAnswer>(child, { ...address, load } satisfies ResponseTimeRequest)
  } finally {
    child.disconnect()
  }
}

/** The p99 that autocannon tells, corrected as it does unasked. */
async function autocannon(url: string): Promise<number> {
  const script = join(import.meta.dirname, '../node_modules/autocannon/autocannon.js')
  const given = ['-R', String(ratePerSecond), '-c', String(concurrency), '-d', String(durationMs / 1000), '-j', url]
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...given])
  return Autocannon.parse(JSON.parse(stdout)).latency.p99
}
