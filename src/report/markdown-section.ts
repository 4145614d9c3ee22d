import { formatCount } from '../domain/format.ts'

/** A part of a Markdown report. Only its rows are left out when the report would get too long. */
export interface Section {
  /** Lines before the rows. */
  before: string[]
  /** Lines that may be left out from the end. */
  rows: string[]
  /** Lines after the rows. */
  after: string[]
  /** What one row is: `result`. */
  noun: string
  /** Whose rows are kept first when there is no room for all: 1 before 2, and so on. */
  priority: number
}

/** A section of whole lines, none of which is left out. */
export function text(...lines: string[]): Section {
  return { before: lines, rows: [], after: [], noun: 'line', priority: 0 }
}

/** `section` that a reader has to open. */
export function folded(summary: string, section: Section): Section {
  return {
    ...section,
    before: [`<details><summary>${summary}</summary>`, '', ...section.before],
    after: [...section.after, '', '</details>'],
  }
}

const moreBytes = 64

/** `sections` one after another in at most `mostBytes`, with `…and N more` for the rows that there is no room for. */
export function joinSections(sections: readonly Section[], mostBytes: number): string {
  const fixed = sections.flatMap(({ before, after }) => [...before, ...after, ''])
  let left = mostBytes - fixed.reduce((sum, line) => sum + bytesOf(line), sections.length * moreBytes)
  const kept = new Map<Section, number>()
  for (const section of [...sections].sort((a, b) => a.priority - b.priority)) {
    let count = 0
    for (const row of section.rows) {
      const bytes = bytesOf(row)
      if (bytes > left) break
      left -= bytes
      count += 1
    }
    kept.set(section, count)
  }
  const parts = sections.map((section) => {
    const count = kept.get(section) ?? 0
    const more = section.rows.length - count
    const note = more === 0 ? [] : ['', `…and ${formatCount(more)} more ${section.noun}${more === 1 ? '' : 's'}.`]
    return [...section.before, ...section.rows.slice(0, count), ...note, ...section.after].join('\n')
  })
  return `${parts.join('\n\n')}\n`
}

const encoder = new TextEncoder()

function bytesOf(line: string): number {
  return encoder.encode(line).length + 1
}
