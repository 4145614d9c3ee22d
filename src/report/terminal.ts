import pc from 'picocolors'
import { describeInjected } from '../domain/fault-words.ts'
import { formatMs, plural } from '../domain/format.ts'
import { type Answer, answersOf, explainAnswer, opposites } from './answer.ts'
import { baselineLines } from './baseline-line.ts'
import { describeHealth, sessionHealth } from './health-line.ts'
import { type LoadCurve, loadCurveOf } from './load-curve.ts'
import { type NextStep, nextSteps } from './next-step.ts'
import { type Note, notesOf, subjectOf } from './note.ts'
import { describeRecordings } from './recording-line.ts'
import { explainColumns, resultColumns, unknown } from './result-column.ts'
import { type ResultRow, resultGroups } from './result-row.ts'
import { coldStartOf, sensitivityOf, youthOf } from './seen.ts'
import type { ReportedExecution, Session } from './session.ts'
import { describeStandings, describeWork } from './session-line.ts'
import { shiftLines } from './shift-line.ts'
import { finalExecutions, marks, nameOf } from './standing.ts'
import { stopLines } from './stopped.ts'
import { studyLines } from './study/study-lines.ts'
import { renderTable, type TableRow } from './table.ts'
import { adviceLines } from './terminal-advice.ts'
import { brokenLines } from './terminal-broken.ts'
import { type Paper, paperOf } from './terminal-paper.ts'
import { profileLines } from './terminal-profiles.ts'
import { displayWidth, pad, wrap } from './text.ts'
import { describeTime } from './time-share.ts'
import { describeAgents, describeWaste } from './token-line.ts'

/** Where {@link renderTerminal} writes to. */
export interface TerminalOptions {
  /** Width of the terminal. */
  columns: number
  colors: boolean
}

/**
 * What prints at the end of a run: the verdict first, then what broke, the results, and what to do. Empty when no
 * scenario ran. Ends without a line break.
 */
export function renderTerminal(session: Session, { columns, colors }: TerminalOptions): string {
  const { executions, studies = [], dead, notRun, baselines } = session
  if (executions.length + studies.length + dead.length + notRun.length + baselines.problems.length === 0) return ''
  const paper = paperOf(columns, pc.createColors(colors))
  const sections = [
    [...verdictLines(answersOf(session), paper), ...contextLines(session, paper)],
    brokenLines(session, paper),
    noteLines(session, paper),
    tableLines(session, paper),
    adviceLines(session, paper),
    loadLines(session, paper),
    profileLines(session, paper),
    studyLines(session, paper),
    [...baselineSection(session, paper), ...footLines(session, paper)],
    stepLines([...healthStep(session), ...nextSteps(session)], paper),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

const words = { yes: 'YES', no: 'no', notJudged: 'not judged' } as const

function verdictLines(answers: readonly Answer[], { columns, colors }: Paper): string[] {
  const told = answers.map((answer) => {
    const word = colors.bold(words[answer.verdict])
    const verdict = answer.verdict === 'yes' ? colors.red(word) : word
    return { answer, verdict, whole: `${answer.question}? ${explainAnswer(answer, verdict)}` }
  })
  const line = told.map(({ whole }) => whole).join('   ')
  if (displayWidth(line) <= columns) return [line]
  const short = told.map(({ answer: { question }, verdict }) => `${question}? ${verdict}`)
  const reasons = answers.flatMap(({ question, worst, best, coverage }) => [
    ...(worst === undefined ? [] : [[question, worst]]),
    ...(best === undefined ? [] : [[opposites[question], best]]),
    ...(coverage === undefined ? [] : [[question, coverage]]),
  ])
  const widest = Math.max(0, ...reasons.map(([label = '']) => label.length))
  return [
    short.join('   '),
    ...reasons.flatMap(([label = '', reason = '']) =>
      wrap(reason, columns, `  ${pad(`${label}:`, widest + 1, 'left')} `),
    ),
  ]
}

function contextLines(session: Session, { columns, colors }: Paper): string[] {
  const head = `bench-agent: ${describeStandings(session)}`
  const [first = '', ...others] = wrap([head, ...describeWork(session)].join(' · '), columns)
  const bad = first.startsWith(head) && head.endsWith('failed')
  const lines = [
    bad ? `${colors.red(head)}${colors.dim(first.slice(head.length))}` : colors.dim(first),
    ...others.map(colors.dim),
  ]
  const told = session.interrupted ? ['Interrupted: this is what was measured until then.'] : []
  return [
    ...lines,
    ...[...told, ...shiftLines(session)].flatMap((line) => wrap(line, columns, `${colors.yellow('▲')} `)),
  ]
}

// What needs nobody's attention.
const quiet: readonly Note['kind'][] = ['news', 'notJudged']

function noteLines(session: Session, { columns, colors }: Paper): string[] {
  const notes = notesOf(finalExecutions(session))
  return notes.flatMap((note, position) => {
    const mark = quiet.includes(note.kind) ? colors.dim('·') : colors.yellow('▲')
    const isSaidNext = note.remedy === notes[position + 1]?.remedy
    return [
      ...wrap(`${subjectOf(note)}${note.message}`, columns, `${mark} `),
      ...(note.remedy === undefined || isSaidNext ? [] : wrap(note.remedy, columns, `  ${colors.dim('→')} `)),
    ]
  })
}

function tableLines(session: Session, paper: Paper): string[] {
  const { columns, colors } = paper
  const groups = resultGroups(session)
  const rows = groups.flatMap((group) => group.rows)
  if (rows.length === 0) return []
  const known = resultColumns(rows)
  const drawn = groups.flatMap((group): TableRow[] => [
    ...(group.heading === '' ? [] : [{ heading: group.heading, paint: colors.dim }]),
    ...group.rows.map((row) => ({
      cells: [markOf(row, paper), indented(row), ...known.map(({ read }) => read(row) ?? blank(row))],
    })),
  ])
  const name = [
    { heading: '', align: 'left', priority: 0 },
    { heading: 'scenario', align: 'left', priority: 0, shrinks: true },
  ] as const
  const table = renderTable([...name, ...known], drawn, { width: columns, paintHeading: colors.dim })
  return [...table.lines, ...wrap(explainColumns(table.shown), columns).map(colors.dim)]
}

function markOf({ standing }: ResultRow, { colors }: Paper): { text: string; paint: (text: string) => string } {
  if (standing === undefined) return { text: '', paint: colors.dim }
  const paint = standing === 'failed' ? colors.red : standing === 'passed' ? colors.green : colors.yellow
  return { text: marks[standing], paint }
}

function indented({ kind, name }: ResultRow): string {
  return kind === 'scenario' ? name : kind === 'turn' ? `  turn ${name}` : `  in ${name}`
}

// Below a scenario, most of its columns have no meaning; a dash there would look like something that is missing.
function blank({ kind }: ResultRow): string {
  return kind === 'scenario' ? unknown : ''
}

const widestCurve = 60
const mostCurves = 4

function loadLines(session: Session, paper: Paper): string[] {
  const curves = finalExecutions(session).flatMap(({ record }) => {
    const curve = loadCurveOf(record, Math.max(10, Math.min(widestCurve, paper.columns - 40)))
    return curve === undefined ? [] : [curveLines(nameOf(record), curve, paper)]
  })
  const more = curves.length - mostCurves
  const untold = more > 0 ? [`…and ${plural(more, 'more load')}, second by second in results.json.`] : []
  return [...curves.slice(0, mostCurves).flat(), ...untold]
}

function curveLines(name: string, curve: LoadCurve, { columns, colors }: Paper): string[] {
  const widest = Math.max(...curve.rows.map(({ label }) => label.length))
  const longest = Math.max(...curve.rows.map((row) => row.curve.length))
  return [
    ...wrap(`${name} under ${curve.load}, second by second`, columns).map(colors.bold),
    ...curve.rows.map(
      ({ label, curve: blocks, words: told }) =>
        `  ${colors.dim(pad(label, widest, 'left'))}  ${pad(blocks, longest, 'left')}  ${told}`,
    ),
  ]
}

function baselineSection({ baselines }: Session, { columns, colors }: Paper): string[] {
  return [
    ...baselines.problems.flatMap((problem) => wrap(problem, columns, `${colors.red('✖')} `)),
    ...baselineLines(baselines).flatMap((line) => wrap(line, columns)),
  ]
}

const mostPartLines = 3
const mostStopLines = 3

function partLines(
  executions: readonly ReportedExecution[],
  what: string,
  describe: (record: ReportedExecution['record']) => string | undefined,
): string[] {
  const told = executions.flatMap(({ record }) => {
    const parts = describe(record)
    return parts === undefined ? [] : [`${what} of ${nameOf(record)}: ${parts}.`]
  })
  return told.slice(0, mostPartLines)
}

function faultLines(executions: readonly ReportedExecution[]): string[] {
  return executions.flatMap(({ record }) => {
    const { faults } = record
    if (faults === undefined || faults.calls === 0) return []
    const met = Object.values(faults.injected).reduce((sum, count) => sum + count, 0)
    const which = met === 0 ? '' : ` (${describeInjected(faults.injected)})`
    return [`Faults in ${nameOf(record)}: ${met} of ${plural(faults.calls, 'model call')} met one${which}.`]
  })
}

function footLines(session: Session, { columns, colors }: Paper): string[] {
  const executions = finalExecutions(session)
  const cold = coldStartOf(executions)
  const of = executions.length > 1 && cold !== undefined ? `${nameOf(cold.execution.record)}, ` : ''
  const seen = sensitivityOf(executions)
  const lines = [
    cold === undefined ? '' : `Cold start: ${of}${formatMs(cold.latencyMs)}, ${cold.ratio.toFixed(1)} times the p50.`,
    ...partLines(executions, 'Time', describeTime),
    ...partLines(executions, 'Agents', describeAgents),
    ...partLines(executions, 'Tokens', describeWaste),
    describeRecordings(session) ?? '',
    ...faultLines(executions),
    ...stopLines(executions, mostStopLines),
    seen === undefined ? '' : `${seen} Smaller worsenings may go unseen.`,
    youthOf(executions) ?? '',
  ]
  return lines.filter((line) => line !== '').flatMap((line) => wrap(line, columns).map(colors.dim))
}

function healthStep(session: Session): NextStep[] {
  const health = sessionHealth(session)
  return health === undefined ? [] : [{ label: 'health', text: describeHealth(health) }]
}

function stepLines(steps: readonly NextStep[], { columns, colors }: Paper): string[] {
  const widest = Math.max(0, ...steps.map(({ label }) => label.length))
  return steps.flatMap(({ label, text, purpose }) => {
    const first = `${colors.bold(pad(label, widest, 'left'))}  `
    if (purpose === undefined) return wrap(text, columns, first)
    // A command is never broken: it is there to be copied.
    const command = `${first}${text}`
    const together = `${command}   ${colors.dim(purpose)}`
    if (displayWidth(together) <= columns) return [together]
    return [command, ...wrap(purpose, columns, ' '.repeat(widest + 2)).map(colors.dim)]
  })
}
