import { loadRules } from './load-rules.ts'

/** Titles of {@link breakingPointRows}. */
export const breakingPointTitles: readonly string[] = [
  'System',
  'bench-agent',
  ...loadRules.map(({ label }) => label),
  'no answer',
  'interval holds it',
  'called a cliff',
]

const prefix = 'breaking_point.'
const mark = '.answered'

/** What was measured of searches for a breaking point, a row for each system; none where none was. */
export function breakingPointRows(values: ReadonlyMap<string, number>): string[][] {
  const systems = [...values.keys()].flatMap((name) =>
    name.startsWith(prefix) && name.endsWith(mark) ? [name.slice(0, -mark.length)] : [],
  )
  return systems.map((system) => [
    `\`${system.slice(prefix.length)}\``,
    ...['', ...loadRules.map(({ name }) => `peer.${name}.`)].map((rule) => estimateText(values, rule + system)),
    shareText(1 - (values.get(system + mark) ?? Number.NaN)),
    shareText(values.get(`${system}.interval_covers`)),
    shareText(values.get(`${system}.cliff`)),
  ])
}

/** The median error, what nine errors of ten are within, and the runs it takes. */
function estimateText(values: ReadonlyMap<string, number>, name: string): string {
  const [median, p90, runs] = ['error_median', 'error_p90', 'runs'].map((what) => values.get(`${name}.${what}`))
  const error =
    median === undefined || p90 === undefined
      ? ''
      : `${median < 0 ? '−' : '+'}${shareText(Math.abs(median))}, ${shareText(p90)}, `
  return runs === undefined ? '' : `${error}${Math.round(runs).toLocaleString('en-US')} runs`
}

function shareText(share: number | undefined): string {
  return share === undefined ? '' : `${(share * 100).toFixed(1)}%`
}
