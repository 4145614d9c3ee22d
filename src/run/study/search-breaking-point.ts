import type { BreakingPointSearch, BreakingPointStudy, Probe, ProbeNote } from '../../domain/study/breaking-point.ts'
import { belongings } from '../../measure/belongings.ts'
import type { ScenarioResult } from '../conclude.ts'
import type { ScenarioSetting } from '../setting.ts'
import { brokenBy } from './breaking-point/judge.ts'
import { searchBreakingPoint } from './breaking-point.ts'
import { makeProbe } from './probe.ts'

/** Told of a probe as it ends; whether its cap on spending leaves no room for another one. What it throws ends the search. */
export type OnProbe = (probe: Probe, result: ScenarioResult) => Promise<boolean>

/** Finds the highest load that the agent of `setting` sustains; only the first probe warms up, and all use what the agent keeps open. */
export async function searchWithAgent(
  setting: ScenarioSetting,
  search: BreakingPointSearch,
  onProbe: OnProbe,
): Promise<BreakingPointStudy> {
  const kept = belongings()
  try {
    return await searchKeeping({ ...setting, belongings: kept }, search, onProbe)
  } finally {
    await kept.close()
  }
}

async function searchKeeping(
  setting: ScenarioSetting,
  search: BreakingPointSearch,
  onProbe: OnProbe,
): Promise<BreakingPointStudy> {
  const notes: ProbeNote[] = []
  const searching = searchBreakingPoint(search)
  const objectives = [...search.objectives]
  let step = searching.next()
  while (!step.done) {
    const isFirst = notes.length === 0
    const plan = isFirst ? setting.plan : { ...setting.plan, warmup: 0 }
    // The first probe has no load that could be too much.
    const probing = { ...setting, plan, mayOverload: !isFirst, execution: crypto.randomUUID() }
    const { probe, result } = await makeProbe(probing, search.objectives, step.value, notes.length + 1)
    notes.push(noteOf(search, probe))
    if (await onProbe(probe, result))
      return { objectives, answer: { answer: 'refused', reason: 'cap', cap: 'cost' }, probes: notes }
    step = searching.next(probe)
  }
  const { probes: _, runs: __, ...answer } = step.value
  return { objectives, answer, probes: notes }
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
