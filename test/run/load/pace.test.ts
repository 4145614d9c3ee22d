import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { wallClock } from '../../../src/domain/clock.ts'
import type { LoadShape } from '../../../src/domain/load/load-shape.ts'
import { runScenario } from '../../../src/run/scenario.ts'
import { scenarioSetting } from '../scenario-setting.ts'

const threads: Worker[] = []
const onThread = (thread: Worker) => {
  threads.push(thread)
}

afterEach(() => {
  process.off('worker', onThread)
  threads.length = 0
})

async function startedUnder(load: LoadShape): Promise<readonly number[]> {
  process.on('worker', onThread)
  const { samples } = await runScenario(scenarioSetting(wallClock, async () => 'done', { options: { load } }))
  return Array.from({ length: samples.length }, (_, index) => samples.dueAtMs[index] ?? Number.NaN)
}

test("a load with pacing 'precise' waits by a thread of its own, which ends with it", async () => {
  const dueAtMs = await startedUnder({ ratePerSecond: 500, durationMs: 100, pacing: 'precise' })
  expect(dueAtMs).toHaveLength(50)
  expect(threads).toHaveLength(1)
  for (const thread of threads) if (thread.threadId !== -1) await once(thread, 'exit')
})

test.each<LoadShape>([
  { ratePerSecond: 500, durationMs: 20 },
  { concurrency: 2, durationMs: 20 },
])('a load of %j starts no thread', async (load) => {
  await startedUnder(load)
  expect(threads).toEqual([])
})
