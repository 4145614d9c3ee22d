import type { ProfilePlan } from '../domain/profile/profile.ts'
import { isTimed, type Samples } from '../domain/sample.ts'

/** A run that was slow, among those that were kept one by one. */
export interface SlowRun {
  /** Its position in the samples. */
  index: number
  latencyMs: number
  /** Positions of the runs that were in flight when it started. */
  beside: number[]
}

// What many others do to a run shows with fewer, too, and each of them costs what a run costs.
const mostBeside = 49

/** The runs of `samples` that `plan` asks for, the slowest first. */
export function slowRunsOf(samples: Samples, { slowerThanMs = 0, slowest }: ProfilePlan): SlowRun[] {
  const timed = Array.from({ length: samples.length }, (_, index) => index).filter((index) => isTimed(samples, index))
  return timed
    .map((index) => ({ index, latencyMs: endOf(samples, index) - startOf(samples, index) }))
    .filter(({ latencyMs }) => latencyMs > slowerThanMs)
    .sort((a, b) => b.latencyMs - a.latencyMs || a.index - b.index)
    .slice(0, slowest)
    .map((run) => ({ ...run, beside: inFlightAtStart(samples, run.index) }))
}

function inFlightAtStart(samples: Samples, of: number): number[] {
  const atMs = startOf(samples, of)
  const found: number[] = []
  for (let index = 0; index < samples.length && found.length < mostBeside; index++) {
    if (index === of) continue
    // Of two that started at one instant, either was in flight with the other.
    if (startOf(samples, index) <= atMs && endOf(samples, index) > atMs) found.push(index)
  }
  return found
}

function startOf(samples: Samples, index: number): number {
  return samples.startedAtMs[index] ?? 0
}

function endOf(samples: Samples, index: number): number {
  return samples.endedAtMs[index] ?? 0
}
