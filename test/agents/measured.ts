import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { observe } from '../../src/capture/observe.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { Agent, Run } from '../../src/domain/scenario.ts'
import { type Belongings, belongings } from '../../src/measure/belongings.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import type { RunSetting } from '../../src/measure/setting.ts'
import { runSetting } from '../measure/run-setting.ts'

/** A model server, and what agents elsewhere are told of it. */
export interface Elsewhere {
  server: ModelServer
  /** One run of `agent` after the other, on the given inputs, as those of one execution. */
  runs: <Input>(
    agent: (run: Run<Input>) => unknown,
    inputs: readonly Input[],
    changes?: Changes,
  ) => Promise<RunMeasurement[]>
  /** What the agents of the latest execution kept. */
  kept: () => Belongings
  close: () => Promise<void>
}

type Changes = Partial<Pick<RunSetting, 'readCpuMs' | 'graceMs'>> & {
  latencyMs?: number
  steps?: number
  atOnce?: boolean
}

/** Starts the server, and sets the variables by which clients of models know it. */
export async function elsewhere(): Promise<Elsewhere> {
  const server = await startModelServer()
  const stop = observe()
  const before = { ...process.env }
  process.env.OPENAI_BASE_URL = server.baseUrl
  process.env.OPENAI_API_KEY = 'a secret'
  let kept = belongings()
  return {
    server,
    kept: () => kept,
    runs: async (agent, inputs, { latencyMs = 20_000, steps, atOnce = false, ...changes } = {}) => {
      kept = belongings()
      const setting = runSetting(wallClock, agent as Agent, {
        limits: { latencyMs, steps },
        graceMs: 2_000,
        ...changes,
        belongings: kept,
      })
      const measured: RunMeasurement[] = []
      try {
        const started: Promise<RunMeasurement>[] = []
        for (const [index, input] of inputs.entries()) {
          const run = measureRun(setting, { name: 'case', input }, index)
          started.push(run)
          if (!atOnce) await run
        }
        measured.push(...(await Promise.all(started)))
      } finally {
        await kept.close()
        setting.inFlight.close()
      }
      return measured
    },
    close: async () => {
      process.env.OPENAI_BASE_URL = before.OPENAI_BASE_URL
      process.env.OPENAI_API_KEY = before.OPENAI_API_KEY
      for (const name of ['OPENAI_BASE_URL', 'OPENAI_API_KEY']) if (before[name] === undefined) delete process.env[name]
      stop()
      await server.close()
    },
  }
}
