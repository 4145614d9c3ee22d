import { fromColumns } from '../../domain/columns.ts'
import { formatBytes, formatMs } from '../../domain/format.ts'
import { summarize } from '../../domain/summary.ts'
import type { DeathNote } from '../../measure/watchdog.ts'
import type { DeadScenario } from '../../report/session.ts'
import { oneLine } from '../../report/text.ts'
import { readDeathNote } from '../death-note.ts'
import type { DeclaredScenario, Gathered } from './gather.ts'
import type { Begun } from './progress.ts'

/** The scenarios whose process died in them, and those that it took along unrun. */
export async function findDead(
  session: { sessionDirectory: string; plans: Map<string, Begun>; interrupted: boolean },
  gathered: Gathered,
): Promise<{ dead: DeadScenario[]; notRun: string[] }> {
  // A session that was broken off leaves scenarios unfinished too, and none of them is dead.
  if (session.interrupted) return { dead: [], notRun: [] }
  const unfinished = gathered.declared.filter(
    ({ test }) => test.result().state === 'pending' && test.options.mode === 'run',
  )
  const dead: DeadScenario[] = []
  for (const scenario of unfinished) {
    const begun = session.plans.get(scenario.test.id)
    if (begun !== undefined) dead.push(await describeDeath(scenario, begun, session.sessionDirectory))
  }
  const died = new Set(dead.map(({ name }) => name))
  const notRun = unfinished.map(({ test }) => test.fullName).filter((name) => !died.has(name))
  return { dead, notRun }
}

async function describeDeath(
  { test, place }: DeclaredScenario,
  begun: Begun,
  sessionDirectory: string,
): Promise<DeadScenario> {
  const note = await readDeathNote(sessionDirectory, begun.plan.pid)
  const samples = fromColumns(begun.blocks.map((block) => block.columns))
  const cases = begun.plan.cases.map((name) => ({ name, input: undefined }))
  return {
    name: test.fullName,
    place,
    ...explain(note, begun),
    runsKept: samples.length,
    partial: samples.length === 0 ? undefined : summarize(samples, { durationMs: 0 }, cases),
  }
}

function explain(note: DeathNote | undefined, { plan }: Begun): { reason: string; remedy: string } {
  if (note === undefined) {
    return {
      reason: 'Its process ended without a word.',
      remedy:
        'Look above for what the process printed last; a crash of a native module or of the machine looks like this.',
    }
  }
  if (note.scenario !== plan.name) {
    return {
      reason: `Its process died in "${oneLine(note.scenario)}", with which it took turns.`,
      remedy: 'Mend that one first.',
    }
  }
  const run = `${note.run < 0 ? 'a warm-up run' : `run ${note.run + 1}${plan.totalRuns === undefined ? '' : ` of ${plan.totalRuns}`}`}${caseOf(note.run, plan)}`
  if (note.kind === 'blocked') {
    return {
      reason: `It blocked its thread for ${formatMs(note.blockedMs)} in ${run}, past its limit of ${formatMs(note.limitMs)}, and was killed.`,
      remedy:
        'Something in the agent loops without ever waiting: end the loop, or let it wait (`await`) so that the limit can stop it.',
    }
  }
  return {
    reason: `It ran out of memory in ${run}: its process held ${formatBytes(note.rssBytes)}, and V8's heap may hold ${formatBytes(note.heapLimitBytes)}.`,
    remedy:
      'Something in the agent keeps what it allocates, or allocates without end: look for collections that only grow.',
  }
}

function caseOf(run: number, { cases, order }: Begun['plan']): string {
  const position = order[run % order.length]
  const name = run < 0 || cases.length < 2 || position === undefined ? undefined : cases[position]
  return name === undefined ? '' : `, case "${name}"`
}
