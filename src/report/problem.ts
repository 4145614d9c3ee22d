import { plural } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Outcome } from '../domain/sample.ts'
import { oneLine } from './text.ts'

/** Problems of an execution that are the same but for their numbers and quotations. */
export interface ProblemGroup {
  count: number
  outcome: Outcome
  /** The first one's message, on one line. */
  message: string
  /** Whether all of them say exactly this. */
  same: boolean
  /** 1-based number of the first one's run. */
  run: number
  /** Its case; absent when the scenario has one case only, or the case is not known. */
  caseName?: string | undefined
}

/** The problems of `record`, grouped, the most frequent first. */
export function groupProblems(record: ExecutionRecord): ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>()
  for (const { index, caseIndex, outcome, message } of record.problems) {
    const text = oneLine(firstParagraph(message))
    const key = `${outcome} ${shapeOf(text)}`
    const group = groups.get(key)
    if (group === undefined)
      groups.set(key, {
        count: 1,
        outcome,
        message: text,
        same: true,
        run: index + 1,
        caseName: caseOf(record, caseIndex),
      })
    else {
      group.count += 1
      group.same &&= group.message === text
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

/** Runs that were not ok and whose problem the record does not tell. */
export function problemsUntold({ summary, problems }: ExecutionRecord): number {
  return Math.max(0, summary.runs - summary.outcomes.ok - problems.length)
}

/** Where a group was first seen: `first in run 3, case "angry"`. */
export function firstSeen({ run, caseName, count }: ProblemGroup): string {
  const place = caseName === undefined ? `run ${run}` : `run ${run}, case "${caseName}"`
  return count === 1 ? place : `first in ${place}`
}

/** How often a group was seen: `3×`, or `3× such as` when its messages differ in numbers or quotations. */
export function howOften({ count, same }: ProblemGroup): string {
  return `${count}×${same ? '' : ' such as'}`
}

/** The end of a list of which only a part is shown: `…and 3 more kinds of problem`. */
export function moreProblems(kinds: number, untold: number): string | undefined {
  const parts = [
    kinds > 0 ? `${plural(kinds, 'more kind')} of problem` : '',
    untold > 0 ? `${plural(untold, 'problem')} that the record does not tell one by one` : '',
  ]
  const known = parts.filter((part) => part !== '')
  return known.length === 0 ? undefined : `…and ${known.join(', ')}`
}

// Assertions quote what they got, and requests have ids: without both, the same failure looks different in every run.
function shapeOf(message: string): string {
  return message
    .replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '""')
    .replace(/\b[0-9a-f]{8,}\b|\d+/gi, '0')
    .replace(/""[^"]*$/, '""')
}

// Test runners put a diff below what they expected; that is for the test's own error.
function firstParagraph(message: string): string {
  return message.trim().split(/\n\s*\n/)[0] ?? message
}

function caseOf({ plan }: ExecutionRecord, caseIndex: number): string | undefined {
  if (plan.cases.length < 2) return undefined
  const name = plan.cases[caseIndex]?.name
  return name === undefined ? undefined : oneLine(name)
}
