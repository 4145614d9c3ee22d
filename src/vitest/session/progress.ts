import type { TestCase } from 'vitest/node'
import type { Clock } from '../../domain/clock.ts'
import { fromColumns } from '../../domain/columns.ts'
import { metrics } from '../../domain/metric.ts'
import { countOutcomes, valueAt } from '../../domain/sample.ts'
import { sumKnown } from '../../domain/usage.ts'
import { planLine, progressLine, type ScenarioProgress } from '../../report/progress.ts'
import { median } from '../../stats/moments.ts'
import { sorted } from '../../stats/sorted.ts'
import type { PlanArtifact, SamplesArtifact } from '../transport.ts'

/** What is known of a scenario that has begun. */
export interface Begun {
  plan: PlanArtifact
  blocks: SamplesArtifact[]
  /** When it began, on the clock. */
  startedMs: number
  /** When it was last heard of. */
  heardMs: number
}

/** How often {@link startProgress} speaks. */
export interface ProgressPace {
  clock: Clock
  /** Milliseconds between two lines, at least. */
  lineEveryMs: number
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

const heartbeatMs = 30_000

/** Prints a line when a scenario begins, while it goes on for long, and when nothing has been heard of it for a while. */
export function startProgress(print: (line: string) => void, pace: ProgressPace): Progress {
  const { clock, lineEveryMs } = pace
  const begun = new Map<string, Begun>()
  let running: string | undefined
  let lastLineMs = clock.nowMs()
  const say = (line: string) => {
    lastLineMs = clock.nowMs()
    print(line)
  }
  const report = (id: string, heartbeat: boolean) => {
    const one = begun.get(id)
    if (one !== undefined) say(progressLine(progressOf(one, clock.nowMs()), heartbeat))
  }
  const stop = clock.every(1_000, () => {
    if (running !== undefined && clock.nowMs() - lastLineMs >= heartbeatMs) report(running, true)
  })
  return {
    plan: (test, artifact) => {
      begun.set(test.id, { plan: artifact, blocks: [], startedMs: clock.nowMs(), heardMs: clock.nowMs() })
      running = test.id
      if (isWorthALine(artifact)) say(planLine(artifact))
    },
    samples: (test, artifact) => {
      const one = begun.get(test.id)
      if (one === undefined) return
      one.blocks.push(artifact)
      one.heardMs = clock.nowMs()
      if (clock.nowMs() - lastLineMs >= lineEveryMs) report(test.id, false)
    },
    ended: (test) => {
      if (running === test.id) running = undefined
    },
    plans: () => begun,
    close: stop,
  }
}

// A scenario that costs nothing and is over at once needs no announcement.
function isWorthALine({ usdPerRun, capUsd, msPerRun, totalRuns, startsForMs }: PlanArtifact): boolean {
  const aboutMs = startsForMs ?? (msPerRun ?? 0) * (totalRuns ?? 0)
  return usdPerRun !== undefined || capUsd !== undefined || aboutMs > 5_000
}

function progressOf({ plan, blocks, startedMs, heardMs }: Begun, nowMs: number): ScenarioProgress {
  const samples = fromColumns(blocks.map((block) => block.columns))
  const indexes = Array.from({ length: samples.length }, (_, index) => index)
  const latencies = indexes.flatMap((index) => metrics.latencyMs.read(samples, index) ?? [])
  return {
    name: plan.name,
    done: samples.length,
    total: plan.totalRuns,
    startsForMs: plan.startsForMs,
    failed: samples.length - countOutcomes(samples).ok,
    elapsedMs: nowMs - startedMs,
    p50Ms: latencies.length === 0 ? undefined : median(sorted(latencies)),
    spentUsd: sumKnown(indexes.map((index) => valueAt(samples.values.costUsd, index))),
    quietMs: nowMs - heardMs,
  }
}
