import pc from 'picocolors'
import { describeMetric } from '../compare/judge.ts'
import type { ScenarioComparison, SuiteComparison } from '../compare/suite/suite.ts'
import type { Finding } from '../domain/finding.ts'
import {
  formatChange,
  formatDifference,
  formatProbability,
  formatRatio,
  formatValue,
  plural,
} from '../domain/format.ts'
import { describeChange, isHeadline, mainFinding, sizeOf } from './change.ts'
import { type Question, questionOfMetric, questions } from './question.ts'
import { renderTable, type TableRow } from './table.ts'
import { type Paper, paperOf } from './terminal-paper.ts'
import { displayWidth, oneLine, pad, wrap } from './text.ts'

/** A comparison with what people should know beside it. */
export interface ReportedComparison {
  comparison: SuiteComparison
  /** What was compared with what, in a few words. */
  subject: string
  /** What the two sides are called. */
  labels: readonly [baseline: string, candidate: string]
  /** Scenarios that the candidate could not measure and the baseline could. */
  broken: readonly string[]
  /** What kept something from being compared, or lets it be trusted less. */
  notes: readonly string[]
  steps: readonly Step[]
}

/** Something to do. */
export interface Step {
  label: string
  /** A command, or a sentence. */
  text: string
  /** What a command is for; absent for a sentence. */
  purpose?: string | undefined
}

/** What to do about a worsening that nobody wanted. */
export const lookStep: Step = {
  label: 'not meant',
  text: 'See what the change made the agent do more of: steps, longer answers, slower calls.',
}

/** `comparison` for a terminal: the answer first, then what changed, then what to do. Ends without a line break. */
export function renderComparison(
  reported: ReportedComparison,
  { columns, colors }: { columns: number; colors: boolean },
): string {
  const paper = paperOf(columns, pc.createColors(colors))
  const sections = [
    [...answerLines(reported, paper), ...wrap(contextOf(reported), paper.columns)],
    noteLines(reported, paper),
    tableLines(reported, paper),
    stepLines(reported, paper),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function answerLines({ comparison, broken }: ReportedComparison, { columns, colors }: Paper): string[] {
  const answers = questions.map((question) => {
    const { word, reason } =
      question === 'worse' && broken.length > 0
        ? { word: 'YES', reason: `not measured any more (${andMore(broken)})` }
        : answerOf(question, comparison)
    return { question, word: word === 'YES' ? colors.red(colors.bold(word)) : colors.bold(word), reason }
  })
  const told = answers.map(
    ({ question, word, reason }) => `${question}? ${word}${reason === undefined ? '' : ` ${reason}`}`,
  )
  const line = told.join('   ')
  if (displayWidth(line) <= columns) return [line]
  const reasons = answers.flatMap(({ question, reason }) =>
    reason === undefined ? [] : wrap(reason, columns, `  ${pad(`${question}:`, 8, 'left')} `),
  )
  return [answers.map(({ question, word }) => `${question}? ${word}`).join('   '), ...reasons]
}

function answerOf(question: Question, { scenarios, shift }: SuiteComparison): { word: string; reason?: string } {
  const answer = answerTo(question, scenarios)
  if (question !== 'slower' || answer.word === 'YES' || !shift?.significant || shift.ratio < 0) return answer
  const reason = `all ${shift.scenarios} scenarios together ${formatChange(shift.ratio)}`
  return { word: shift.beyondDrift ? 'YES' : 'unclear', reason }
}

interface Located {
  scenario: string
  finding: Finding
}

function answerTo(question: Question, scenarios: readonly ScenarioComparison[]): { word: string; reason?: string } {
  const located = scenarios.flatMap(({ identity, findings }): Located[] =>
    findings
      .filter(({ metric }) => questionOfMetric(metric) === question)
      .map((finding) => ({ scenario: oneLine(identity.name), finding })),
  )
  const having = (status: Finding['status']) => located.filter(({ finding }) => finding.status === status)
  for (const [status, word] of [
    ['worse', 'YES'],
    ['unclear', 'unclear'],
  ] as const)
    if (having(status).length > 0) return { word, reason: strongest(having(status)) }
  const isJudged = located.some(({ finding }) => finding.status === 'same' || finding.status === 'better')
  return { word: isJudged ? 'no' : 'not judged' }
}

/** The strongest of `all` with its scenario, and in how many others there is one. */
function strongest(all: readonly Located[]): string {
  const main = mainFinding(all.map(({ finding }) => finding))
  const [first] = all.filter(({ finding }) => finding === main)
  if (first === undefined) return ''
  const names = new Set([first.scenario, ...all.map(({ scenario }) => scenario)])
  return `${describeChange(first.finding)} (${andMore([...names])})`
}

function andMore([first = '', ...others]: readonly string[]): string {
  return `${oneLine(first)}${others.length === 0 ? '' : ` and ${others.length} more`}`
}

const verdicts = {
  pass: 'nothing got worse',
  fail: 'got worse',
  inconclusive: 'not everything could be judged',
} as const

function contextOf({ comparison, subject }: ReportedComparison): string {
  const { scenarios } = comparison
  const worse = scenarios.filter(({ findings }) => findings.some((one) => one.status === 'worse')).length
  return `bench-agent: ${headOf(comparison, worse)} · ${subject}`
}

function headOf({ scenarios, status, shift }: SuiteComparison, worse: number): string {
  if (worse > 0) return `${worse} of ${plural(scenarios.length, 'scenario')} ${verdicts.fail}`
  if (shift?.beyondDrift) return 'all got slower together'
  return status === 'fail' ? 'the candidate could not be measured in full' : verdicts[status]
}

function noteLines({ comparison, notes }: ReportedComparison, { columns, colors }: Paper): string[] {
  const { shift, scenarios, missing, added } = comparison
  const all = [
    ...(shift?.significant
      ? [
          `All ${shift.scenarios} scenarios are ${shift.ratio > 0 ? 'slower' : 'faster'} by about the same share, ${formatChange(shift.ratio)} (p ${formatProbability(shift.p)}): look at the machine and the provider before the change.`,
        ]
      : []),
    ...scenarios.flatMap(({ identity, reason }) =>
      reason === undefined ? [] : [`${oneLine(identity.name)} was not judged. ${reason}`],
    ),
    ...(missing.length === 0 ? [] : [`No longer there: ${missing.map(oneLine).join(', ')}.`]),
    ...(added.length === 0 ? [] : [`New, with nothing to compare with: ${added.map(oneLine).join(', ')}.`]),
    ...notes,
  ]
  return all.flatMap((note) => wrap(note, columns, `${colors.yellow('▲')} `))
}

const mostRows = 5
const changed: readonly Finding['status'][] = ['worse', 'unclear', 'better']

function tableLines({ comparison, labels }: ReportedComparison, { columns, colors }: Paper): string[] {
  const judged = comparison.scenarios.filter(({ findings }) => findings.length > 0)
  if (judged.length === 0) return []
  const heading = (text: string, align: 'left' | 'right', priority: number) => ({ heading: text, align, priority })
  const table = renderTable(
    [
      heading('', 'left', 0),
      { ...heading('scenario', 'left', 0), shrinks: true },
      heading('what changed', 'left', 0),
      heading(labels[0], 'right', 3),
      heading(labels[1], 'right', 2),
      heading('change', 'right', 0),
      heading('p', 'right', 4),
      heading('would find', 'right', 5),
    ],
    judged.flatMap((scenario) => scenarioRows(scenario, colors)),
    { width: columns, paintHeading: colors.dim },
  )
  const explained = [
    ...(table.shown.includes('p')
      ? ['p: the chance that noise alone does this; – where it is exact or follows from others']
      : []),
    ...(table.shown.includes('would find') ? ['would find: the smallest worsening that 9 of 10 comparisons find'] : []),
  ].join('; ')
  return explained === '' ? table.lines : [...table.lines, ...wrap(explained, columns).map(colors.dim)]
}

function scenarioRows({ identity, findings }: ScenarioComparison, colors: Paper['colors']): TableRow[] {
  const all = findings.filter(({ status }) => changed.includes(status)).sort(byWeight)
  const rows = all.filter((finding) => isHeadline(finding) || !all.some((other) => tellsMore(other, finding)))
  const name = oneLine([...identity.suite, identity.name].join(' > '))
  if (rows.length === 0) {
    const same = findings.filter((finding) => finding.status === 'same' && isHeadline(finding))
    const main = mainFinding(same.filter(({ metric }) => metric === 'workingMs')) ?? mainFinding(same)
    const mark = { text: same.length === 0 ? '·' : '✔', paint: same.length === 0 ? colors.dim : colors.green }
    return [{ cells: [mark, name, same.length === 0 ? 'not judged' : 'nothing', '', '', '', '', seen(main)] }]
  }
  const shown = rows.slice(0, mostRows).map((finding, position): TableRow => {
    const { metric, baseline, candidate, p } = finding
    const { label, unit } = describeMetric(metric)
    const { text, paint } = markOf(finding, colors)
    return {
      cells: [
        { text, paint },
        position === 0 ? name : '',
        label,
        baseline === undefined ? '' : formatValue(unit, baseline.location),
        formatValue(unit, candidate.location),
        { text: baseline === undefined ? '' : formatDifference(unit, baseline.location, candidate.location), paint },
        p === undefined ? '–' : formatProbability(p),
        seen(finding),
      ],
    }
  })
  const hidden = all.length - shown.length
  return hidden === 0
    ? shown
    : [...shown, { cells: ['', '', `and ${plural(hidden, 'other metric')}`, '', '', '', '', ''] }]
}

/** Whether `other` tells the same as `finding`, in words that everybody understands: tokens beside steps and input tokens. */
function tellsMore(other: Finding, finding: Finding): boolean {
  return (
    isHeadline(other) &&
    other.status === finding.status &&
    questionOfMetric(other.metric) === questionOfMetric(finding.metric)
  )
}

function markOf({ status }: Finding, colors: Paper['colors']): { text: string; paint: (text: string) => string } {
  if (status === 'worse') return { text: '✖', paint: colors.red }
  return status === 'better' ? { text: '✔', paint: colors.green } : { text: '▲', paint: colors.yellow }
}

function byWeight(a: Finding, b: Finding): number {
  return (
    changed.indexOf(a.status) - changed.indexOf(b.status) ||
    Number(isHeadline(b)) - Number(isHeadline(a)) ||
    sizeOf(b) - sizeOf(a)
  )
}

function seen(finding: Finding | undefined): string {
  if (finding?.detectableRatio === undefined) return ''
  return `+${formatRatio(finding.detectableRatio)}`
}

function stepLines({ steps }: ReportedComparison, { columns, colors }: Paper): string[] {
  const widest = Math.max(0, ...steps.map(({ label }) => label.length))
  return steps.flatMap(({ label, text, purpose }) => {
    const first = `${colors.bold(pad(label, widest, 'left'))}  `
    // A command is never broken: it is there to be copied.
    if (purpose === undefined) return wrap(text, columns, first)
    return [`${first}${text}`, ...wrap(purpose, columns, ' '.repeat(widest + 2)).map(colors.dim)]
  })
}
