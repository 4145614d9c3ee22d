import { wallClock } from '../domain/clock.ts'
import { withoutQuotes } from '../domain/identity.ts'
import { isOneAtATime, isOpen } from '../domain/load/load.ts'
import { isTimed } from '../domain/load/load-shape.ts'
import type { Plan } from '../domain/plan.ts'
import { namesApart } from '../domain/study/names-apart.ts'
import { turnRunsOf } from '../run/load/rotation.ts'
import { type MeasuredRow, type Rows, rowsInTurns } from './rows.ts'
import type { UntypedOptions } from './scenario-test.ts'
import { workerSettings } from './settings.ts'
import { studyRecordOf } from './study-record.ts'
import { keepStudy } from './transport.ts'

// So many turns even out what changes over time, where a run does not need others beside it.
const turnsAlone = 20
const turnsTogether = 2

/**
 * The configurations of one `.for` as rows that are measured in turns and told in one table. Absent where one of them cannot share its
 * time with others: then they are measured one after another.
 */
export function configurations(title: string, options: readonly UntypedOptions[]): Rows | undefined {
  if (options.length < 2 || !options.every(sharesTime)) return undefined
  const settings = workerSettings()
  // There the turns are those of two versions, or of nobody.
  if (settings?.turns !== undefined || settings?.segment !== undefined) return undefined
  return rowsInTurns({
    count: options.length,
    turnRunsOf: ({ plan }) => turnRuns(plan),
    onMeasured: (rows) => keepTable(title, rows),
    clock: wallClock,
  })
}

// What goes by time cannot wait, what the process holds is nobody's own, and who may stop by himself makes runs that others do not. Bad
// options are told of where they are checked.
function sharesTime(given: UntypedOptions | undefined): boolean {
  const { load, runs, thresholds } = given ?? {}
  if (load !== undefined && (isTimed(load) || 'ratePerSecond' in load || 'stages' in load)) return false
  return typeof runs !== 'object' && thresholds?.heapGrowthBytes === undefined && thresholds?.peakRssBytes === undefined
}

function turnRuns({ load, totalRuns = 1 }: Plan): number {
  if (isOpen(load) || isOneAtATime(load)) return Math.ceil(totalRuns / turnsAlone)
  return turnRunsOf(totalRuns, turnsTogether, load.concurrency)
}

/** Keeps what `rows` come to side by side with the test of the one that ended last. */
async function keepTable(title: string, rows: readonly MeasuredRow[]): Promise<void> {
  const last = rows.at(-1)
  if (last === undefined) return
  // Only sessions that have a table to make load what makes it.
  const { sweepOf } = await import('../compare/study/sweep-of.ts')
  // As the user wrote them down, and not as they ended.
  const inOrder = rows.toSorted((one, other) => positionOf(one) - positionOf(other))
  const names = namesApart(inOrder.map(({ task }) => withoutQuotes(task.name)))
  const measured = inOrder.map(({ made: { record, samples }, turnRuns }, position) => ({
    name: names[position] ?? record.identity.name,
    record,
    samples,
    turnRuns,
  }))
  const records = inOrder.map(({ made }) => made.record)
  const startedAt = new Date(Math.min(...records.map((record) => Date.parse(record.startedAt))))
  const identity = { ...last.made.record.identity, name: title, id: title }
  const result = { kind: 'configurations' as const, sweep: sweepOf('configuration', measured) }
  keepStudy(last.task, studyRecordOf(last.task, identity, { startedAt, records, checks: [], result }))
}

function positionOf({ task }: MeasuredRow): number {
  return (task.suite ?? task.file).tasks.indexOf(task)
}
