import type { WireCall } from '../capture/wire-call.ts'
import { caseOfRun } from '../domain/plan.ts'
import type { RecordedRun } from '../domain/recording.ts'
import { type Outcome, outcomes } from '../domain/sample.ts'
import { type Course, caseAt } from './course.ts'
import type { Recorder } from './recorded-calls.ts'

// What a broken network or a limit on time made of a run is nothing to see again.
const kept: ReadonlySet<Outcome> = new Set(outcomes.filter((one) => one !== 'infrastructure' && one !== 'timeout'))
// More tell nothing more, and lie in version control.
const mostRuns = 100

/** Keeps the model calls of the measured runs of `course`; absent where nobody wants them. */
export async function recorderOf({ setting }: Pick<Course, 'setting'>, startedAt: Date): Promise<Recorder | undefined> {
  const { record, plan } = setting
  if (record === undefined) return undefined
  const { heldCall, recordCall } = await import('../capture/cassette/record-call.ts')
  const made = new Map<number, { wire: WireCall; beside: true | undefined }[]>()
  const runs: number[] = []
  return {
    onCalls: (index, calls, beside) => {
      if (index < 0 || index >= mostRuns * plan.cases.length) return
      made.set(index, [...(made.get(index) ?? []), ...calls.map((wire) => ({ wire: heldCall(wire), beside }))])
    },
    keep: (index, outcome) => {
      if (kept.has(outcome)) runs.push(index)
      else made.delete(index)
    },
    recordings: async () => {
      const cases = new Map<string, RecordedRun[]>()
      for (const index of runs.sort((a, b) => a - b)) {
        const calls = made.get(index) ?? []
        if (calls.length === 0) continue
        const name = caseAt(plan, caseOfRun(plan, index)).name
        const run = calls.map(async ({ wire, beside }) => ({ ...(await recordCall(wire, record)), beside }))
        cases.set(name, [...(cases.get(name) ?? []), await Promise.all(run)])
      }
      return { recordedAt: startedAt.toISOString(), cases }
    },
  }
}
