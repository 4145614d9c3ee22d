import { cutEnd, cutMiddle, displayWidth, pad } from './text.ts'

/** One column of a table. */
export interface Column {
  heading: string
  align: 'left' | 'right'
  /** What is kept first when the table is too wide: 1 before 2, and so on; 0 stays whatever happens. */
  priority: number
  /** Whether its cells may be cut in the middle. @default false */
  shrinks?: boolean | undefined
}

/** What stands in one row: a text for each column, or a heading across all of them. */
export type TableRow = { cells: readonly Cell[] } | { heading: string; paint?: Paint | undefined }

/** A text, or one with a colour that is put on after it has been fitted. */
export type Cell = string | { text: string; paint: Paint }

type Paint = (text: string) => string

/** How {@link renderTable} draws. */
export interface TableStyle {
  /** Columns of the terminal that no line passes. */
  width: number
  /** Spaces before each line. @default 0 */
  indent?: number | undefined
  /** Colour of the headings. @default none */
  paintHeading?: Paint | undefined
}

const gap = '  '
const smallestWidth = 8

/** A table as it was drawn. */
export interface DrawnTable {
  lines: string[]
  /** Headings of the columns that there was room for. */
  shown: string[]
}

/**
 * An aligned table. Where it is too wide, cells that may shrink are cut to a third of the width, then columns are left out
 * by their priority, and at last every line is cut: none is ever wider than the terminal.
 */
export function renderTable(columns: readonly Column[], rows: readonly TableRow[], style: TableStyle): DrawnTable {
  const { width, indent = 0, paintHeading = same } = style
  const room = width - indent
  const layout = layOut(columns, rows, room)
  const margin = ' '.repeat(indent)
  const draw = (cells: readonly Cell[]) => `${margin}${drawLine(cells, columns, layout, room)}`
  const heading = draw(columns.map((column) => ({ text: column.heading, paint: paintHeading })))
  const body = rows.map((row) =>
    'cells' in row ? draw(row.cells) : `${margin}${(row.paint ?? same)(cutEnd(row.heading, room))}`,
  )
  return {
    lines: [heading, ...body].map((line) => line.trimEnd()),
    shown: layout.map(({ position }) => columns[position]?.heading ?? ''),
  }
}

/** Columns that are drawn, by their position, with their widths. */
type Layout = { position: number; width: number }[]

function layOut(columns: readonly Column[], rows: readonly TableRow[], room: number): Layout {
  const natural = columns.map((column, position) => {
    const cells = rows.flatMap((row) => ('cells' in row ? [displayWidth(textOf(row.cells[position] ?? ''))] : []))
    return Math.max(displayWidth(column.heading), ...cells)
  })
  const share = Math.max(24, Math.floor(room / 3))
  const wanted = natural.map((width, position) => (columns[position]?.shrinks ? Math.min(width, share) : width))
  const whole = natural.map((width, position) => ({ position, width }))
  if (excess(whole, room) <= 0) return whole
  const layout = mostImportant(
    wanted.map((width, position) => ({ position, width })),
    columns,
    room,
  )
  for (const one of layout) {
    if (columns[one.position]?.shrinks !== true) continue
    const full = natural[one.position] ?? 0
    one.width = Math.max(Math.min(full, smallestWidth), Math.min(full, one.width - excess(layout, room)))
  }
  return layout
}

/** How many columns too wide `layout` is; negative when there is room left. */
function excess(layout: Layout, room: number): number {
  return layout.reduce((sum, { width }) => sum + width, gap.length * (layout.length - 1)) - room
}

/** Those of `all` that there is room for, the most important first; a narrow one may get in where a wide one does not. */
function mostImportant(all: Layout, columns: readonly Column[], room: number): Layout {
  const kept = all.filter((one) => priorityOf(one, columns) === 0)
  const others = all.filter((one) => priorityOf(one, columns) > 0)
  for (const one of others.sort((a, b) => priorityOf(a, columns) - priorityOf(b, columns)))
    if (excess([...kept, one], room) <= 0) kept.push(one)
  return kept.sort((a, b) => a.position - b.position)
}

function priorityOf({ position }: Layout[number], columns: readonly Column[]): number {
  return columns[position]?.priority ?? 0
}

function drawLine(cells: readonly Cell[], columns: readonly Column[], layout: Layout, room: number): string {
  const parts: string[] = []
  let left = room
  for (const { position, width } of layout) {
    if (left <= 0) break
    const cell = cells[position] ?? ''
    const fitted = cutEnd(cutMiddle(textOf(cell), width), left)
    const painted = typeof cell === 'string' ? fitted : cell.paint(fitted)
    parts.push(pad(painted, Math.min(width, left), columns[position]?.align ?? 'left'))
    left -= width + gap.length
  }
  return parts.join(gap)
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function same(text: string): string {
  return text
}
