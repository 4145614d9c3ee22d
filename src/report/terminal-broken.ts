import { severityOfVerdict } from '../compare/explain/severity.ts'
import { formatRatio, plural } from '../domain/format.ts'
import type { Severity } from '../domain/severity.ts'
import { listNames } from './baseline-line.ts'
import { confirmingRuns } from './confirmed.ts'
import { describeCases } from './impact-line.ts'
import { firstSeen, groupProblems, howOften, moreProblems, problemsUntold } from './problem.ts'
import { statisticText } from './result-column.ts'
import type { DeadScenario, ReportedExecution, ReportedStudy, Session } from './session.ts'
import { isRedByShift, shiftsOf } from './shift-line.ts'
import { bySeverity, finalExecutions, finalStudies, nameOf, standingOf } from './standing.ts'
import { nameOfStudy } from './study/study-lines.ts'
import type { Paper } from './terminal-paper.ts'
import { cutEnd, displayWidth, oneLine, wrap } from './text.ts'

const mostScenarios = 12
const mostProblems = 5
const mostNotRun = 20
const longestMessage = 300

/** What broke: each failed scenario with its reasons, those whose process died, and those that did not run. */
export function brokenLines(session: Session, paper: Paper): string[] {
  const shifts = shiftsOf(session)
  const all = finalExecutions(session).filter((execution) => standingOf(execution) === 'failed')
  const failed = bySeverity(all.filter(({ record }) => !isRedByShift(record, shifts)))
  const blocks = [
    ...session.dead.map((dead) => deadBlock(dead, paper)),
    ...finalStudies(session).flatMap((study) => studyBlock(study, paper)),
    ...failed.slice(0, mostScenarios).map((execution) => failedBlock(execution, paper)),
  ]
  const red = shifts.flatMap((shift) => shift.red.map(nameOf))
  if (red.length > 0) blocks.push(redBlock(red, paper))
  if (failed.length > mostScenarios)
    blocks.push([`…and ${failed.length - mostScenarios} more failed scenarios, marked ✖ in the table.`])
  if (session.notRun.length > 0) {
    const names = listNames(session.notRun, mostNotRun)
    blocks.push(wrap(`Not run, because their process died: ${names}.`, paper.columns, `${paper.colors.yellow('▲')} `))
  }
  return blocks.flatMap((block, position) => (position === 0 ? block : ['', ...block]))
}

function redBlock(names: readonly string[], paper: Paper): string[] {
  const [first = ''] = names
  const who = names.length === 1 ? `${first} is` : `${listNames(names)} are`
  return wrap(
    `${who} red only because all times lie off together, see above.`,
    paper.columns,
    `${paper.colors.red('✖')} `,
  )
}

function failedBlock({ record, place, failed }: ReportedExecution, paper: Paper): string[] {
  const { checks } = record.verdict
  const failing = checks.filter((check) => check.status === 'fail')
  const reasons = failing.length > 0 ? failing : checks.filter((check) => check.status === 'inconclusive')
  const severity = severityOfVerdict(record.verdict)
  const lines = titleLines(nameOf(record), place, paper, severity)
  for (const [position, { message, remedy }] of reasons.entries())
    lines.push(...reasonLines(message, remedy === reasons[position + 1]?.remedy ? undefined : remedy, paper))
  if (failed && reasons.length === 0)
    lines.push(...reasonLines('Its test failed outside of the verdict.', 'See the error of the test above.', paper))
  return [...lines, ...detailLines(record, paper), ...problemLines(record, paper)]
}

/** What a study itself failed; what its executions failed is told with them. */
function studyBlock({ record, place }: ReportedStudy, paper: Paper): string[][] {
  const failing = record.checks.filter(({ status }) => status === 'fail')
  if (failing.length === 0) return []
  const reasons = failing.flatMap(({ message, remedy }, position) =>
    reasonLines(message, remedy === failing[position + 1]?.remedy ? undefined : remedy, paper),
  )
  return [[...titleLines(nameOfStudy(record), place, paper), ...reasons]]
}

function deadBlock({ name, place, reason, remedy, runsKept, partial }: DeadScenario, paper: Paper): string[] {
  const success = partial?.scenario.successRatio
  const p50 = statisticText('ms', partial?.metrics.latencyMs, 'p50')
  const facts = [
    success === undefined ? '' : `${formatRatio(success)} ok`,
    p50 === undefined ? '' : `p50 ${p50}`,
  ].filter((fact) => fact !== '')
  const kept = `${plural(runsKept, 'run')} had been measured before${facts.length === 0 ? '' : `: ${facts.join(', ')}`}.`
  return [
    ...titleLines(oneLine(name), place, paper),
    ...reasonLines(reason, remedy, paper),
    ...wrap(kept, paper.columns, '    '),
  ]
}

/** Which cases got worse, and what was measured again. */
function detailLines(record: ReportedExecution['record'], { columns, colors }: Paper): string[] {
  const cases = (record.verdict.impacts ?? []).flatMap((impact) => describeCases(impact) ?? [])
  const runs = confirmingRuns(record)
  const confirmed = runs === 0 ? [] : [`confirmed by ${plural(runs, 'fresh run')} in the same session`]
  return [...cases, ...confirmed].flatMap((line) => wrap(line, columns, `  ${colors.dim('·')} `))
}

function titleLines(
  scenario: string,
  place: string | undefined,
  { columns, colors }: Paper,
  severity?: Severity | undefined,
): string[] {
  const name = severity === undefined ? scenario : `${scenario} (${severity})`
  const title = wrap(name, columns, `${colors.red('✖')} `).map((line) => colors.bold(line))
  if (place === undefined) return title
  const [only = '', ...others] = title
  const together = `${only}  ${colors.dim(place)}`
  return others.length === 0 && displayWidth(together) <= columns ? [together] : [...title, `  ${colors.dim(place)}`]
}

function reasonLines(message: string, remedy: string | undefined, { columns, colors }: Paper): string[] {
  return [
    ...wrap(oneLine(message), columns, `  ${colors.red('✖')} `),
    ...(remedy === undefined ? [] : wrap(oneLine(remedy), columns, `    ${colors.dim('→')} `)),
  ]
}

function problemLines(record: ReportedExecution['record'], { columns, colors }: Paper): string[] {
  const groups = groupProblems(record)
  if (groups.length === 0) return []
  const more = moreProblems(groups.length - Math.min(groups.length, mostProblems), problemsUntold(record))
  const lines = groups.slice(0, mostProblems).flatMap((group) => {
    const text = `${cutEnd(group.message, longestMessage)} (${group.outcome}, ${firstSeen(group)})`
    return wrap(text, columns, `    ${howOften(group)} `)
  })
  return [`  ${colors.dim('runs that were not ok:')}`, ...lines, ...(more === undefined ? [] : [`    ${more}`])]
}
