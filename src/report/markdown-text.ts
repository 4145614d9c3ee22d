import { positionOf } from './place.ts'
import { oneLine } from './text.ts'

const mathematics = /\$\S(?:.*\S)?\$(?!\d)/

/** `text` so that GitHub shows it as it is, in a paragraph and in the cell of a table. */
export function plain(text: string): string {
  return escapeSigns(oneLine(text))
}

/** `text`, of our own making, in which pieces between backticks are code and everything else is shown as it is. */
export function prose(text: string): string {
  return oneLine(text)
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : escapeSigns(part)))
    .join('')
}

function escapeSigns(text: string): string {
  const escaped = text
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // Nobody should be notified because an agent wrote "@name".
    .replaceAll('@', '@\u200B')
  return mathematics.test(text) ? escaped.replaceAll('$', '\\$') : escaped
}

/** `text` as code, in the cell of a table too. */
export function code(text: string): string {
  const shown = oneLine(text).replaceAll('|', '\\|')
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : ''
  return `${fence}${space}${shown}${space}${fence}`
}

/**
 * `name` as a link to its place.
 *
 * @param filesUrl where the project's files are: a path or an address without a slash at its end
 */
export function placeLink(name: string, place: string | undefined, filesUrl: string): string {
  const position = positionOf(place)
  if (position === undefined) return plain(name)
  const line = position.line === undefined ? '' : `#L${position.line}`
  const path = encodeURI(position.file).replace(/[()#?]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `[${plain(name)}](${filesUrl}/${path}${line})`
}

/** A row of a table, of cells that are Markdown already. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** The two lines that a table begins with. */
export function tableHead(columns: readonly { heading: string; align: 'left' | 'right' | 'center' }[]): string[] {
  const rules = { left: '---', right: '--:', center: ':-:' } as const
  return [
    tableRow(columns.map(({ heading }) => plain(heading))),
    `|${columns.map(({ align }) => rules[align]).join('|')}|`,
  ]
}
