import { quantile } from '../src/stats/quantile.ts'
import { sorted } from '../src/stats/sorted.ts'

/** One measured property of bench-agent itself, with the worst value that is allowed. */
export interface Figure {
  /** What it is called: the part, a dot, and the quantity. */
  name: string
  value: number
  unit: string
  /** The worst value allowed, in `unit`. */
  bound: number
  /**
   * Which values are better: `bound` is the highest allowed, or the lowest.
   *
   * @default 'lower'
   */
  better?: 'lower' | 'higher'
  /** What was measured beside it in the same run, by name; the name ends with the unit. */
  peers: Record<string, number>
  /** What `value` says, in a sentence. */
  meaning: string
}

/** Whether `figure` keeps its bound. */
export function isOk({ value, bound, better = 'lower' }: Figure): boolean {
  return better === 'lower' ? value <= bound : value >= bound
}

/** `figure` as one line of JSON. */
export function jsonLine(figure: Figure): string {
  const { name, value, unit, bound, better = 'lower', peers } = figure
  return JSON.stringify({ name, value, unit, bound, better, ok: isOk(figure), peers })
}

/** `figures` as a table, with what each says and its peers under it. */
export function humanTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    isOk(figure) ? '✔' : '✖',
    figure.name,
    readable(figure.value),
    figure.unit,
    `${figure.better === 'higher' ? 'at least' : 'at most'} ${figure.bound}`,
  ])
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row.map((text, column) => (column === 2 ? text.padStart(widths[2] ?? 0) : text.padEnd(widths[column] ?? 0))),
  )
  return figures
    .map((figure, index) => [lines[index]?.join('  '), `     ${figure.meaning}`, ...peerLines(figure)].join('\n'))
    .join('\n\n')
}

/** The middle of `values`. @throws {RangeError} when there are none */
export function median(values: Iterable<number>): number {
  return quantile(sorted(values), 0.5)
}

function peerLines({ peers }: Figure): string[] {
  const values = Object.entries(peers).map(([name, value]) => [name, readable(value)] as const)
  const nameWidth = Math.max(0, ...values.map(([name]) => name.length))
  const valueWidth = Math.max(0, ...values.map(([, value]) => value.length))
  return values.map(([name, value]) => `     ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}`)
}

function readable(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
