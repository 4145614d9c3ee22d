import type { BreakingPointSearch, Cap, Probe, ProbeLoad, ProbeRequest } from '../../../domain/study/breaking-point.ts'
import { isHopeless } from './judge.ts'

/** A part of a search: it yields what it asks for, and is given the probe that was made. */
export type Searching<Answer> = Generator<ProbeRequest, Answer, Probe>

/** A search while it goes. */
export interface Course {
  search: BreakingPointSearch
  probes: Probe[]
  /** Runs made. */
  runs: number
}

/** Makes a probe, unless a cap leaves no room for its runs: then it is the cap. */
export function* ask(course: Course, load: ProbeLoad, wanted: number, leaveOut: number): Searching<Probe | Cap> {
  const { search } = course
  const runs = Math.ceil(wanted)
  const cap = capOf(course, runs)
  if (cap !== undefined) return cap
  const request = { load, runs, leaveOut: Math.floor(leaveOut) }
  const probe = yield { ...request, isHopeless: isHopeless(search, request) }
  course.probes.push(probe)
  course.runs += probe.runs
  return probe
}

/** Whether `asked` is no probe but what ended the search. */
export function isCap(asked: Probe | Cap): asked is Cap {
  return typeof asked === 'string'
}

function capOf({ search, probes, runs }: Course, wanted: number): Cap | undefined {
  const { maxRuns, maxCostUsd } = search
  if (runs + wanted > maxRuns) return 'runs'
  if (maxCostUsd === undefined || runs === 0) return undefined
  // What cannot be priced cannot be kept below a cap.
  const spentUsd = probes.reduce((sum, { costUsd = Number.POSITIVE_INFINITY }) => sum + costUsd, 0)
  return spentUsd * (1 + wanted / runs) > maxCostUsd ? 'cost' : undefined
}
