import { soakOf } from '../../compare/study/leak.ts'
import type { Soak, SoakCycle } from '../../domain/study/soak.ts'
import { readHeap } from '../../measure/memory.ts'
import type { ScenarioResult } from '../conclude.ts'
import { runScenario } from '../scenario.ts'
import type { ScenarioSetting } from '../setting.ts'

/** How a soak is made. */
export interface SoakPlan {
  cycles: number
  runsPerCycle: number
  /** Bytes a run above which growth is a leak. */
  boundBytes: number
}

/** Makes the runs of `setting` in cycles, collects garbage after each, and says how memory went. */
export async function runSoak(
  setting: ScenarioSetting,
  { cycles, runsPerCycle, boundBytes }: SoakPlan,
): Promise<{ soak: Soak; result: ScenarioResult }> {
  const read: SoakCycle[] = []
  const totalRuns = cycles * runsPerCycle
  const plan = { ...setting.plan, totalRuns, runs: Math.ceil(totalRuns / setting.plan.cases.length) }
  const result = await runScenario({
    ...setting,
    plan,
    cycle: { runs: runsPerCycle, onEnd: () => read.push(readHeap()) },
  })
  return { soak: soakOf(read, runsPerCycle, boundBytes), result }
}
