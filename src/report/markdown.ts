import { answersOf, explainAnswer } from './answer.ts'
import { baselineLines } from './baseline-line.ts'
import { describeHealth, sessionHealth } from './health-line.ts'
import { lossesSection } from './markdown-advice.ts'
import { agentsSection } from './markdown-agents.ts'
import { changesSection } from './markdown-changes.ts'
import { methodSection } from './markdown-method.ts'
import { profileSections } from './markdown-profiles.ts'
import { categoriesSection, countUnchanged, problemsSection, resultsSection } from './markdown-results.ts'
import { joinSections, type Section, text } from './markdown-section.ts'
import { code, plain, prose } from './markdown-text.ts'
import { timeSection } from './markdown-time.ts'
import { tokensSection } from './markdown-tokens.ts'
import { nextSteps } from './next-step.ts'
import { notesOf, subjectOf } from './note.ts'
import type { Session } from './session.ts'
import { describeStandings, describeWork } from './session-line.ts'
import { isRedByShift, shiftLines, shiftsOf } from './shift-line.ts'
import { finalExecutions, nameOf, standingOf } from './standing.ts'
import { studySections } from './study/markdown-studies.ts'

/** How {@link renderMarkdown} links to files. */
export interface MarkdownOptions {
  /**
   * Where the project's files are, without a slash at the end: a path from where the report will be, or an address such as
   * `https://github.com/owner/name/blob/<commit>`.
   *
   * @default '..', for `.bench-agent/RESULTS.md`
   */
  filesUrl?: string | undefined
}

// GitHub takes 65,536 characters in a comment; what is around a report needs some of them.
const mostBytes = 60_000

/**
 * The report of `session` in GitHub's Markdown, under 60,000 bytes: the verdict, what broke or changed, what to do, then all
 * results. For `.bench-agent/RESULTS.md`, the summary of a job and a comment.
 */
export function renderMarkdown(session: Session, { filesUrl = '..' }: MarkdownOptions = {}): string {
  const sections = [
    headSection(session),
    changesSection(session, filesUrl),
    unchangedSection(session),
    adviceSection(session),
    ...studySections(session),
    notesSection(session),
    problemsSection(session),
    categoriesSection(session),
    resultsSection(session, filesUrl),
    lossesSection(session),
    agentsSection(session),
    timeSection(session),
    tokensSection(session),
    ...profileSections(session, filesUrl),
    baselinesSection(session),
    methodSection(session),
  ]
  return joinSections(
    sections.filter((section) => section !== undefined),
    mostBytes,
  )
}

function headSection(session: Session): Section {
  const answers = answersOf(session).map((answer) => {
    const verdict = { yes: 'YES', no: 'no', notJudged: 'not judged' }[answer.verdict]
    const told = plain(explainAnswer(answer, verdict)).replace(/^YES/, '**YES**')
    return `- **${capital(answer.question)}?** ${told}`
  })
  const health = sessionHealth(session)
  return text(
    // Lets a workflow find the comment that it made before.
    '<!-- bench-agent -->',
    `## ${iconOf(session)} Agent performance: ${describeStandings(session)}`,
    '',
    ...answers,
    '',
    describeWork(session).map(plain).join(' · '),
    ...(session.interrupted ? ['', '⚠️ Interrupted: this is what was measured until then.'] : []),
    ...shiftLines(session).flatMap((line) => ['', `⚠️ ${plain(line)}`]),
    ...(health === undefined ? [] : ['', `**Health: ${prose(describeHealth(health)).replace('.', '**.')}`]),
  )
}

function iconOf(session: Session): string {
  const standings = finalExecutions(session).map(standingOf)
  if (session.dead.length > 0 || standings.includes('failed')) return '❌'
  return standings.includes('undecided') || session.interrupted ? '⚠️' : '✅'
}

function unchangedSection(session: Session): Section | undefined {
  const all = finalExecutions(session).length + session.dead.length
  const unchanged = countUnchanged(session)
  if (all < 2 || unchanged === 0) return undefined
  return text(`${unchanged} of ${all} scenarios passed without a change worth telling.`)
}

function adviceSection(session: Session): Section | undefined {
  const remedies = Map.groupBy(remediesOf(session), ({ remedy }) => remedy)
  const rows = [...remedies].map(([remedy, scenarios]) => {
    const names = [...new Set(scenarios.map(({ scenario }) => scenario))]
    const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
    return `- **${names.slice(0, 3).map(plain).join(', ')}${more}**: ${prose(remedy)}`
  })
  const steps = nextSteps(session)
    .filter(({ label }) => label !== 'report')
    .map(({ label, text: what, purpose }) => {
      const said = purpose === undefined ? plain(what) : `${code(what)} (${plain(purpose)})`
      return `- **${capital(label)}**: ${said}`
    })
  if (rows.length + steps.length === 0) return undefined
  return { before: ['### What to do', '', ...steps], rows, after: [], noun: 'suggestion', priority: 2 }
}

function remediesOf(session: Session): { scenario: string; remedy: string }[] {
  const shifts = shiftsOf(session)
  const own = finalExecutions(session).filter(({ record }) => !isRedByShift(record, shifts))
  return [
    ...session.dead.map(({ name, remedy }) => ({ scenario: name, remedy })),
    ...own.flatMap(({ record }) =>
      record.verdict.checks.flatMap(({ status, remedy }) =>
        status === 'fail' && remedy !== undefined ? [{ scenario: nameOf(record), remedy }] : [],
      ),
    ),
  ]
}

const icons = { undecided: '⚠️ ', warning: '⚠️ ', pattern: '📈 ', news: '✅ ', notJudged: '' } as const

function notesSection(session: Session): Section | undefined {
  const rows = notesOf(finalExecutions(session)).map(
    (note) =>
      `- ${icons[note.kind]}${prose(`${subjectOf(note)}${note.message}`)}${note.remedy === undefined ? '' : ` → ${prose(note.remedy)}`}`,
  )
  if (session.notRun.length > 0)
    rows.unshift(`- ⚠️ Not run, because their process died: ${session.notRun.map(plain).join(', ')}.`)
  if (rows.length === 0) return undefined
  return { before: ['### Good to know', ''], rows, after: [], noun: 'note', priority: 2 }
}

function baselinesSection({ baselines }: Session): Section | undefined {
  const rows = [...baselines.problems.map((problem) => `❌ ${problem}`), ...baselineLines(baselines)]
  if (rows.length === 0) return undefined
  const lines = rows.map((row) => `- ${prose(row)}`)
  return { before: ['### Baselines', ''], rows: lines, after: [], noun: 'line', priority: 2 }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
