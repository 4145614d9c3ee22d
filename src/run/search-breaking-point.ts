import type { BreakingPointSearch, BreakingPointStudy, Probe, ProbeNote } from '../domain/breaking-point.ts'
import { brokenBy } from './breaking-point/judge.ts'
import { findBreakingPoint } from './breaking-point.ts'
import type { ScenarioResult } from './conclude.ts'
import { makeProbe } from './probe.ts'
import type { ScenarioSetting } from './setting.ts'

/** Told of a probe as it ends; what it throws ends the search. */
export type OnProbe = (probe: Probe, result: ScenarioResult) => Promise<void>

/** Finds the highest load that the agent of `setting` sustains; only the first probe warms up. */
export async function searchWithAgent(
  setting: ScenarioSetting,
  search: BreakingPointSearch,
  onProbe: OnProbe,
): Promise<BreakingPointStudy> {
  let made = 0
  const found = await findBreakingPoint(search, async (request) => {
    const plan = made === 0 ? setting.plan : { ...setting.plan, warmup: 0 }
    made += 1
    const { probe, result } = await makeProbe(
      { ...setting, plan, execution: crypto.randomUUID() },
      search.objectives,
      request,
      made,
    )
    await onProbe(probe, result)
    return probe
  })
  const { probes, runs: _, ...answer } = found
  return { objectives: [...search.objectives], answer, probes: probes.map((probe) => noteOf(search, probe)) }
}

function noteOf(search: BreakingPointSearch, probe: Probe): ProbeNote {
  const { load, runs, durationMs, throughputPerSecond, failures, endedEarly, objectives, inFlight } = probe
  return {
    load,
    runs,
    durationMs,
    throughputPerSecond,
    failures,
    endedEarly,
    values: objectives.map(({ value }) => value ?? null),
    mostInFlight: Math.max(0, ...inFlight),
    broken: brokenBy(search, probe),
  }
}
