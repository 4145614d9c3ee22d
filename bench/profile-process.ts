// Makes runs of an agent with and without a profiler, in turns, and answers how long they took.
import { Session } from 'node:inspector'
import { setTimeout } from 'node:timers/promises'
import { busyAgent } from '../fixtures/agents/busy-agent.ts'
import { openProfiler } from '../src/measure/profile.ts'

/** What a process is asked for. */
export interface ProfileRequest {
  agent: keyof typeof agents
  /** How a run is profiled: as slow runs are when they are made again, or as all would be were the profiler always on. */
  way: 'again' | 'always'
  intervalUs: number
  rounds: number
}

/** What it answers: latencies in milliseconds. */
export interface ProfileAnswer {
  plainMs: number[]
  profiledMs: number[]
  /** Of the first run after one that was profiled, and of the second. */
  nextMs: number[]
  secondMs: number[]
}

const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, score: (id * 7919) % 1000, tags: [`a${id % 7}`] }))
const text = JSON.stringify(rows)

const agents = {
  loops: () => busyAgent({ rounds: 2_000_000 }),
  longLoops: () => busyAgent({ rounds: 50_000_000 }),
  objects: () => {
    let sum = 0
    for (let round = 0; round < 4; round++) {
      const parsed = JSON.parse(text) as typeof rows
      const good = parsed.filter(({ score }) => score > 300).map((row) => ({ ...row, score: row.score * 2 }))
      sum += good.reduce((total, { score, tags }) => total + score + tags.length, 0)
      sum += text.match(/"id":\d+/g)?.length ?? 0
    }
    return sum
  },
  waiting: () => setTimeout(200),
}

/** A profiler that leaves the code as it is, which is what all runs would have beside them. */
function alwaysOn(intervalUs: number): Pick<ReturnType<typeof openProfiler>, 'start' | 'stop' | 'close'> {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: intervalUs })
  return {
    start: () => session.post('Profiler.start'),
    stop: () => {
      session.post('Profiler.stop')
      return { nodes: [], startTime: 0, endTime: 0 }
    },
    close: () => session.disconnect(),
  }
}

async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

process.once('message', async ({ agent: name, way, intervalUs, rounds }: ProfileRequest) => {
  const agent = agents[name]
  const answer: ProfileAnswer = { plainMs: [], profiledMs: [], nextMs: [], secondMs: [] }
  for (let warm = 0; warm < 5; warm++) await agent()
  for (let round = 0; round < rounds; round++) {
    answer.plainMs.push(await timed(agent))
    const profiler = way === 'again' ? openProfiler(intervalUs) : alwaysOn(intervalUs)
    profiler.start()
    answer.profiledMs.push(await timed(agent))
    profiler.stop()
    profiler.close()
    answer.nextMs.push(await timed(agent))
    answer.secondMs.push(await timed(agent))
  }
  process.send?.(answer)
})
