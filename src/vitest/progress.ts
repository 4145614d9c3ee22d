import type { TestCase } from 'vitest/node'
import { wallClock } from '../domain/clock.ts'
import { fromColumns } from '../domain/columns.ts'
import { countOutcomes, valueAt } from '../domain/sample.ts'
import { sumKnown } from '../domain/usage.ts'
import type { PlanArtifact, SamplesArtifact } from './transport.ts'

/** What is known of a scenario that has begun. */
export interface Begun {
  plan: PlanArtifact
  blocks: SamplesArtifact[]
  /** When it began, on the wall clock. */
  startedMs: number
}

/** Follows the scenarios while they run. */
export interface Progress {
  plan: (test: TestCase, artifact: PlanArtifact) => void
  samples: (test: TestCase, artifact: SamplesArtifact) => void
  ended: (test: TestCase) => void
  /** Every scenario that has begun, by the id of its test. */
  plans: () => Map<string, Begun>
  close: () => void
}

const lineEveryMs = process.stdout.isTTY ? 2_000 : 10_000
const heartbeatMs = 30_000

/** Prints a line when a scenario begins, while it goes on for long, and when nothing has been heard of it for a while. */
export function startProgress(print: (line: string) => void): Progress {
  const begun = new Map<string, Begun>()
  let running: string | undefined
  let lastLineMs = wallClock.nowMs()
  const say = (line: string) => {
    lastLineMs = wallClock.nowMs()
    print(line)
  }
  const report = async (id: string, heartbeat: boolean) => {
    const one = begun.get(id)
    if (one === undefined) return
    const { progressLine } = await import('../report/progress.ts')
    say(progressLine(progressOf(one), heartbeat))
  }
  const stop = wallClock.every(1_000, () => {
    if (running !== undefined && wallClock.nowMs() - lastLineMs >= heartbeatMs) void report(running, true)
  })
  return {
    plan: (test, artifact) => {
      begun.set(test.id, { plan: artifact, blocks: [], startedMs: wallClock.nowMs() })
      running = test.id
      void import('../report/progress.ts').then(({ planLine }) => {
        if (isWorthALine(artifact)) say(planLine(artifact))
      })
    },
    samples: (test, artifact) => {
      const one = begun.get(test.id)
      if (one === undefined) return
      one.blocks.push(artifact)
      if (wallClock.nowMs() - lastLineMs >= lineEveryMs) void report(test.id, false)
    },
    ended: (test) => {
      if (running === test.id) running = undefined
    },
    plans: () => begun,
    close: stop,
  }
}

// A scenario that costs nothing and is over at once needs no announcement.
function isWorthALine({ usdPerRun, capUsd, msPerRun, totalRuns }: PlanArtifact): boolean {
  return usdPerRun !== undefined || capUsd !== undefined || (msPerRun ?? 0) * totalRuns > 5_000
}

function progressOf({ plan, blocks, startedMs }: Begun) {
  const samples = fromColumns(blocks.map((block) => block.columns))
  const outcomes = countOutcomes(samples)
  return {
    name: plan.name,
    done: samples.length,
    total: plan.totalRuns,
    failed: samples.length - outcomes.ok,
    elapsedMs: wallClock.nowMs() - startedMs,
    spentUsd: sumKnown(Array.from({ length: samples.length }, (_, index) => valueAt(samples.values.costUsd, index))),
  }
}
