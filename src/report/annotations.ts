import { describeLevel } from './baseline-line.ts'
import { describePattern, patternRemedy } from './pattern-line.ts'
import { positionOf } from './place.ts'
import type { AcceptedLevel, Session } from './session.ts'
import { shiftLines } from './shift-line.ts'
import { finalExecutions, nameOf } from './standing.ts'
import { oneLine, withoutColours } from './text.ts'

/** How {@link renderAnnotations} finds the files of a session. */
export interface AnnotationOptions {
  /** The project's folder, relative to the root of the repository; empty when they are the same. @default '' */
  directory?: string | undefined
}

type Level = 'error' | 'warning' | 'notice'

interface Annotation {
  level: Level
  /** Where it belongs: `test/refund.perf.ts:12:1`; absent when that is not known. */
  place?: string | undefined
  title: string
  message: string
}

// GitHub shows ten of each level for a step, and drops the rest without a word.
const mostOfLevel = 10

/**
 * Workflow commands that GitHub turns into annotations at the scenarios, one a line: an error for each process that died, a
 * warning for what could not be judged, a notice for each level that was accepted or that creeps. Failed tests are left to the test runner,
 * which annotates them itself.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function renderAnnotations(session: Session, { directory = '' }: AnnotationOptions = {}): string[] {
  const all = [...deaths(session), ...doubts(session), ...acceptances(session), ...slowChanges(session)]
  return (['error', 'warning', 'notice'] as const).flatMap((level) =>
    capped(all.filter((one) => one.level === level)).map((one) => commandOf(one, directory)),
  )
}

function deaths({ dead, baselines }: Session): Annotation[] {
  return [
    ...dead.map(({ name, place, reason, remedy }) => said('error', place, oneLine(name), `${reason} ${remedy}`)),
    ...baselines.problems.map((problem) => said('error', undefined, 'baselines', problem)),
  ]
}

function doubts(session: Session): Annotation[] {
  const shifted = shiftLines(session).map((line) => said('warning', undefined, 'all scenarios', line))
  const executions = finalExecutions(session).flatMap(({ record, place }) => {
    const undecided = record.verdict.checks.filter(({ status }) => status === 'inconclusive')
    return [...undecided, ...record.verdict.warnings].map(({ message, remedy }) =>
      said('warning', place, nameOf(record), remedy === undefined ? message : `${message} ${remedy}`),
    )
  })
  const notRun = session.notRun.map((name) =>
    said('warning', undefined, oneLine(name), 'It did not run, because its process died.'),
  )
  return [...shifted, ...executions, ...notRun]
}

function acceptances({ baselines }: Session): Annotation[] {
  const byScenario = Map.groupBy(baselines.accepted, ({ scenario }) => scenario)
  return [...byScenario].map(([scenario, levels]) =>
    said('notice', placeOf(levels), oneLine(scenario), `Accepted new levels: ${levels.map(describeLevel).join(', ')}.`),
  )
}

function slowChanges(session: Session): Annotation[] {
  return finalExecutions(session).flatMap(({ record, place }) =>
    (record.verdict.patterns ?? [])
      .slice(0, 1)
      .map((pattern) => said('notice', place, nameOf(record), `${describePattern(pattern)} ${patternRemedy(pattern)}`)),
  )
}

function placeOf(levels: readonly AcceptedLevel[]): string | undefined {
  return levels.find(({ place }) => place !== undefined)?.place
}

function said(level: Level, place: string | undefined, name: string, message: string): Annotation {
  return { level, place, title: `bench-agent: ${name}`, message: withoutColours(message).trim() }
}

function capped(annotations: readonly Annotation[]): Annotation[] {
  if (annotations.length <= mostOfLevel) return [...annotations]
  const shown = annotations.slice(0, mostOfLevel - 1)
  const more = annotations.length - shown.length
  const level = annotations[0]?.level ?? 'notice'
  return [...shown, said(level, undefined, `${more} more`, `${more} more like these are in the report of this job.`)]
}

function commandOf({ level, place, title, message }: Annotation, directory: string): string {
  const position = positionOf(place)
  const folder = directory === '' ? '' : `${directory.replace(/\/$/, '')}/`
  const file = position === undefined ? undefined : `${folder}${position.file}`
  const properties = Object.entries({ file, line: position?.line, col: position?.column, title }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`${name}=${escapeProperty(value)}`]),
  )
  return `::${level} ${properties.join(',')}::${escapeData(message)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
