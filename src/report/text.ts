const escapeCharacter = String.fromCharCode(27)
const bell = String.fromCharCode(7)
// Colours and cursor movements; hyperlinks, whose address shows nothing.
const controlSequences = new RegExp(
  `${escapeCharacter}\\[[0-9;:?]*[ -/]*[@-~]|${escapeCharacter}\\][^${bell}${escapeCharacter}]*(?:${bell}|${escapeCharacter}\\\\)`,
  'g',
)
// One column and one character each: ASCII, and the marks, arrows, dashes and bars that reports are made of. Anything else
// needs Intl, whose first use takes longer than drawing the whole report.
const plain = /^[ -~·×µ–—…←-↓≥≤▁-█✔✖▲]*$/u
const invisible = /^[\p{Mark}\p{Cc}\p{Cf}]+$/u
const emoji = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u
// East Asian Wide and Fullwidth blocks; what is "ambiguous" there is narrow in every terminal that people use.
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u

// A word, in which a short piece of code counts as one: it is there to be copied.
const unbroken = /(?:`[^`]{1,60}`|\S)+/g

let segmenter: Intl.Segmenter | undefined

/** Columns that `text` takes in a terminal, without its colours. */
export function displayWidth(text: string): number {
  const shown = text.includes(escapeCharacter) ? withoutColours(text) : text
  if (plain.test(shown)) return shown.length
  let width = 0
  for (const grapheme of graphemes(shown)) width += graphemeWidth(grapheme)
  return width
}

/** `text` without colours and other control sequences. */
export function withoutColours(text: string): string {
  return text.replace(controlSequences, '')
}

/** `text` on one line: without colours, and with one space for each stretch of white space. */
export function oneLine(text: string): string {
  return withoutColours(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

/** `text` cut to `width` columns, with `…` for the end that is missing. */
export function cutEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 1 ? '' : `${leading(graphemes(text), width - 1).join('')}…`
}

/** `text` cut to `width` columns, with `…` in the middle: names that begin alike still differ at their ends. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  const room = width - 1
  if (room < 4) return cutEnd(text, width)
  const all = graphemes(text)
  const end = leading(all.toReversed(), Math.floor(room / 2))
    .reverse()
    .join('')
  return `${leading(all, room - displayWidth(end)).join('')}…${end}`
}

/** `text` in `width` columns, filled up with spaces. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + spaces : spaces + text
}

/**
 * Lines of at most `width` columns, broken at spaces; a longer word stays whole. The first line begins with `first`, the
 * others with as many spaces.
 */
export function wrap(text: string, width: number, first = ''): string[] {
  const indent = ' '.repeat(displayWidth(first))
  const lines: string[] = []
  let line = first
  let used = displayWidth(first)
  let empty = true
  for (const word of text.match(unbroken) ?? []) {
    const wordWidth = displayWidth(word)
    if (!empty && used + 1 + wordWidth > width) {
      lines.push(line)
      line = indent
      used = indent.length
      empty = true
    }
    line += empty ? word : ` ${word}`
    used += wordWidth + (empty ? 0 : 1)
    empty = false
  }
  return [...lines, line]
}

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme) || wide.test(grapheme)) return 2
  return invisible.test(grapheme) ? 0 : 1
}

function leading(all: readonly string[], width: number): string[] {
  let used = 0
  const end = all.findIndex((grapheme) => {
    used += graphemeWidth(grapheme)
    return used > width
  })
  return all.slice(0, end === -1 ? all.length : end)
}
