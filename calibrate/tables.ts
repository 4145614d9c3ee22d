import { breakingPointRows, breakingPointTitles } from './breaking-point-table.ts'
import { intervalOf, isOk, type Line } from './line.ts'
import { peerRules } from './peer-rules.ts'

/** `lines` as tables of Markdown: what is held to a bound, what is only told, and other rules beside the one that ships. */
export function tables(lines: readonly Line[], few: boolean): string {
  const own = lines.filter(({ peer }) => peer !== true)
  const held = own.filter(({ bound }) => bound !== undefined)
  const told = own.filter(({ bound, name }) => bound === undefined && !name.startsWith('breaking_point.'))
  const searched = breakingPointRows(new Map(lines.map(({ name, value }) => [name, value])))
  const blocks = [
    held.length === 0
      ? ''
      : table(
          ['', ...head, 'bound'],
          held.map((line) => [isOk(line, few) ? '✔' : '✖', ...cells(line), boundText(line)]),
        ),
    told.length === 0 ? '' : table(head, told.map(cells)),
    ...peerTables(lines),
    searched.length === 0 ? '' : table(breakingPointTitles, searched),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

const head = ['name', 'measured', '95%', 'n']

function cells(line: Line): string[] {
  const { name, value, n } = line
  const interval = intervalOf(line)
  const range = interval === undefined ? '' : `${percent(interval.low)} – ${percent(interval.high)}`
  return [name, percent(value), range, String(n)]
}

function boundText({ bound }: Line): string {
  if (bound === undefined) return ''
  if ('atMost' in bound) return `≤ ${percent(bound.atMost)}`
  return 'atLeast' in bound ? `≥ ${percent(bound.atLeast)}` : `${percent(bound.low)} – ${percent(bound.high)}`
}

/** For each drift a column for each rule. */
function peerTables(lines: readonly Line[]): string[] {
  const values = new Map(lines.map(({ name, value }) => [name, value]))
  const prefix = `peer.${peerRules[0]?.name}.`
  const measured = lines.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
  const byDrift = Map.groupBy(measured, (name) => name.split('.').at(-1) ?? '')
  const rules = [
    { label: 'bench-agent', prefix: '' },
    ...peerRules.map(({ label, name }) => ({ label, prefix: `peer.${name}.` })),
  ]
  return [...byDrift.values()].map((names) =>
    table(
      ['name', ...rules.map(({ label }) => label)],
      names.map((name) => [name, ...rules.map((rule) => percent(values.get(rule.prefix + name)))]),
    ),
  )
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${(share * 100).toPrecision(3)}%`
}
