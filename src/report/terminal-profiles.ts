import { formatRatio, plural } from '../domain/format.ts'
import type { ProfiledTime, SlowRunProfile } from '../domain/profile/profile.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { describeSlowRun, describeWhere, functionName } from './profile-line.ts'
import type { Session } from './session.ts'
import { finalExecutions } from './standing.ts'
import type { Paper } from './terminal-paper.ts'
import { cutMiddle, pad, wrap } from './text.ts'

const mostScenarios = 3
const mostFunctions = 3

/** The slowest run of each scenario that was profiled, with the functions that took most of its time. */
export function profileLines(session: Session, paper: Paper): string[] {
  const profiled = finalExecutions(session).flatMap(({ record }) => {
    const [slowest] = record.profiles ?? []
    return slowest === undefined ? [] : [{ record, slowest }]
  })
  const shown = profiled.slice(0, mostScenarios)
  const all = profiled.reduce((sum, { record }) => sum + (record.profiles?.length ?? 0), 0)
  const more = all - shown.length
  const untold = more === 0 ? [] : [`…and ${plural(more, 'more slow run')}, with all functions, in RESULTS.md.`]
  return [...shown.flatMap(({ record, slowest }) => slowRunLines(record, slowest, paper)), ...untold]
}

function slowRunLines(record: ExecutionRecord, profile: SlowRunProfile, { columns, colors }: Paper): string[] {
  const { time, file } = profile
  return [
    ...wrap(describeSlowRun(record, profile), columns).map(colors.bold),
    ...describeWhere(profile).flatMap((line) => wrap(line, columns, '  ')),
    ...(time === undefined ? [] : functionLines(time, columns)),
    ...(file === undefined ? [] : wrap(`${file} opens in Chrome and in VS Code.`, columns, '  ').map(colors.dim)),
  ]
}

function functionLines({ functions, durationMs }: ProfiledTime, columns: number): string[] {
  const first = functions.filter(({ selfMs }) => selfMs > 0).slice(0, mostFunctions)
  const names = first.map(functionName)
  const widest = Math.min(Math.floor(columns / 3), Math.max(0, ...names.map(({ length }) => length)))
  return first.map(({ selfMs, place = '' }, position) => {
    const share = pad(formatRatio(durationMs === 0 ? 0 : selfMs / durationMs), 6, 'right')
    const name = pad(cutMiddle(names[position] ?? '', widest), widest, 'left')
    return `  ${share}  ${name}  ${cutMiddle(place, Math.max(0, columns - widest - 12))}`.trimEnd()
  })
}
