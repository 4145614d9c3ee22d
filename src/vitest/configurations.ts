import type { MeasuredLevel } from '../compare/study/scaling.ts'
import { wallClock } from '../domain/clock.ts'
import { withoutQuotes } from '../domain/identity.ts'
import { isOneAtATime, isOpen } from '../domain/load/load.ts'
import { isTimed } from '../domain/load/load-shape.ts'
import type { Plan } from '../domain/plan.ts'
import { namesApart } from '../domain/study/names-apart.ts'
import type { ConfigurationDoubt } from '../domain/study/study.ts'
import { type MeasuredRow, type Rows, rowsInTurns } from './rows.ts'
import type { UntypedOptions } from './scenario-test.ts'
import { workerSettings } from './settings.ts'
import { sharedLedgers } from './spend-file.ts'
import { studyRecordOf } from './study-record.ts'
import { keepStudy } from './transport.ts'

// So many turns even out what changes over time, half of them forth and half of them back.
const turnsAlone = 20
const turnsTogether = 4

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
    ledgers: () => sharedLedgers(settings),
    clock: wallClock,
  })
}

// What goes by time cannot wait, what the process holds is nobody's own, and who may stop by himself makes runs that others do not. Bad
// options are told of where they are checked.
function sharesTime(given: UntypedOptions | undefined): boolean {
  const { load, runs, thresholds } = given ?? {}
  if (typeof load === 'object' && load !== null && (isTimed(load) || 'ratePerSecond' in load || 'stages' in load))
    return false
  return typeof runs !== 'object' && thresholds?.heapGrowthBytes === undefined && thresholds?.peakRssBytes === undefined
}

// With fewer runs in a turn than lanes, some of those would stay empty.
function turnRuns({ load, totalRuns = 1 }: Plan): number {
  if (isOpen(load) || isOneAtATime(load)) return Math.ceil(totalRuns / turnsAlone)
  const pairs = Math.floor(totalRuns / (2 * load.concurrency))
  return pairs === 0 ? totalRuns : Math.ceil(totalRuns / Math.min(2 * pairs, turnsTogether))
}

/** Keeps what `rows` come to side by side with a test that is still on, in the order in which they were written down. */
async function keepTable(title: string, rows: readonly MeasuredRow[]): Promise<void> {
  const { task } = rows.findLast((row) => row.task.result?.state === 'run') ?? rows[0] ?? {}
  if (task === undefined) return
  // Only sessions that have a table to make load what makes it.
  const { sweepOf } = await import('../compare/study/sweep-of.ts')
  const inOrder = rows.toSorted((one, other) => positionOf(one) - positionOf(other))
  const names = namesApart(inOrder.map((row) => withoutQuotes(row.task.name)))
  const measured = inOrder.map((row, position) => ({ ...levelOf(row), name: names[position] ?? row.task.name }))
  const records = measured.map(({ record }) => record)
  const [first] = records
  if (first === undefined) return
  const startedAt = new Date(Math.min(...records.map((record) => Date.parse(record.startedAt))))
  const identity = { ...first.identity, name: title, id: title }
  const doubt = doubtAbout(measured)
  const sweep = sweepOf('configuration', measured)
  const result = {
    kind: 'configurations' as const,
    sweep: doubt === undefined ? sweep : { ...sweep, leads: [] },
    doubt,
  }
  keepStudy(task, studyRecordOf(task, identity, { startedAt, records, checks: [], result }))
}

// Runs that confirm what one row seemed to show are made outside of the turns that all have.
function levelOf({ made: { record, samples }, turnRuns }: MeasuredRow): Omit<MeasuredLevel, 'name'> {
  const inTurns = samples.length - (record.confirmationRuns ?? 0)
  return { record, samples: { ...samples, length: inTurns }, turnRuns }
}

function doubtAbout(levels: readonly Omit<MeasuredLevel, 'name'>[]): ConfigurationDoubt | undefined {
  if (levels.some(({ record, turnRuns }) => (record.plan.totalRuns ?? 0) <= turnRuns)) return 'fewTurns'
  const isAbandoned = ({ record }: Pick<MeasuredLevel, 'record'>) =>
    record.verdict.warnings.some(({ code }) => code === 'abandoned')
  return levels.some(isAbandoned) ? 'abandoned' : undefined
}

function positionOf({ task }: MeasuredRow): number {
  return (task.suite ?? task.file).tasks.indexOf(task)
}
