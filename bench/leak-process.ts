import OpenAI from 'openai'
import { usualBoundBytes } from '../src/compare/study/leak.ts'
import type { Agent } from '../src/domain/scenario.ts'
import type { Soak } from '../src/domain/study/soak.ts'
import { runSoak } from '../src/run/study/soak.ts'
import { settingOf } from './driver-agent.ts'

// One soak, in a process of its own: what one agent leaves behind is no matter of the next one.

/** How it is made, and what the agent keeps. */
export interface LeakRequest {
  cycles: number
  runsPerCycle: number
  /** Bytes that the agent keeps of each run, for ever. */
  keptBytes: number
  /** Where the agent asks a model, by OpenAI's client; absent when it asks none. */
  baseUrl?: string | undefined
  /** Entries of 1 KiB that a cache of the agent holds at most, one more for each run. */
  cached: number
}

/** What the soak found. */
export type LeakAnswer = Pick<Soak, 'verdict' | 'secondHalf' | 'cycles'>

const question = 'What weekday is 2026-11-20?'
const entryBytes = 1024

/** An agent that does what one does: it waits, makes garbage, parses what came back, and names a part of itself. */
function agentThatKeeps({ keptBytes, cached, baseUrl }: LeakRequest): Agent {
  const client = baseUrl === undefined ? undefined : new OpenAI({ apiKey: 'any', baseURL: baseUrl })
  const kept: string[] = []
  const cache = new Map<number, string>()
  let run = 0
  return async ({ phase }) => {
    run += 1
    await client?.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: question }] })
    if (keptBytes > 0) kept.push(textOf(keptBytes, run))
    if (cached > 0) cache.set(run % cached, textOf(entryBytes, run))
    return phase('parse', parse)
  }
}

async function parse(): Promise<unknown> {
  await new Promise<void>((resolve) => setImmediate(resolve))
  const steps = Array.from({ length: 20 }, (_, step) => ({ step, text: `what step ${step} came to` }))
  return JSON.parse(JSON.stringify({ steps }))
}

// A byte for each character, and no part of it in another text.
function textOf(bytes: number, run: number): string {
  return Buffer.alloc(bytes, String(run)).toString('latin1')
}

process.on('message', async (request: LeakRequest) => {
  const { cycles, runsPerCycle, baseUrl } = request
  const concurrency = baseUrl === undefined ? 1 : 10
  const { soak } = await runSoak(settingOf(agentThatKeeps(request), { runs: 1, concurrency }), {
    cycles,
    runsPerCycle,
    boundBytes: usualBoundBytes,
  })
  const answer: LeakAnswer = { verdict: soak.verdict, secondHalf: soak.secondHalf, cycles: soak.cycles }
  process.send?.(answer)
})
