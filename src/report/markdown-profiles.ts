import { formatMs, formatRatio } from '../domain/format.ts'
import type { ProfiledTime } from '../domain/profile/profile.ts'
import { folded, type Section } from './markdown-section.ts'
import { code, placeLink, plain, prose, tableHead, tableRow } from './markdown-text.ts'
import { describeSlowRun, describeWhere, functionName } from './profile-line.ts'
import type { Session } from './session.ts'
import { finalExecutions } from './standing.ts'

/** A section for each slow run that was made again under a profiler: its functions, a row each. */
export function profileSections(session: Session, filesUrl: string): Section[] {
  return finalExecutions(session).flatMap(({ record }) =>
    (record.profiles ?? []).map((profile) => {
      const { time, file } = profile
      const table = time === undefined || time.functions.length === 0 ? [] : ['', ...head]
      return folded(plain(describeSlowRun(record, profile)), {
        before: [...describeWhere(profile).map(prose), ...table],
        rows: time === undefined ? [] : rowsOf(time, filesUrl),
        after: [
          ...(table.length === 0 ? [] : ['', explanation]),
          ...(file === undefined
            ? []
            : ['', `The whole profile is in ${code(file)}, for Chrome, VS Code or speedscope.`]),
        ],
        noun: 'function',
        priority: 6,
      })
    }),
  )
}

const explanation =
  'self: while the function itself was at work; total: while it or what it called was, up to where it waited. Share: of the time of the run. This run is in no other figure of the report.'

const head = tableHead([
  { heading: 'Function', align: 'left' },
  { heading: 'self', align: 'right' },
  { heading: 'share', align: 'right' },
  { heading: 'total', align: 'right' },
  { heading: 'share', align: 'right' },
  { heading: 'Place', align: 'left' },
])

function rowsOf({ functions, durationMs }: ProfiledTime, filesUrl: string): string[] {
  const share = (ms: number) => formatRatio(durationMs === 0 ? 0 : ms / durationMs)
  return functions.map((one) =>
    tableRow([
      plain(functionName(one)),
      formatMs(one.selfMs),
      share(one.selfMs),
      formatMs(one.totalMs),
      share(one.totalMs),
      placeOf(one.place, filesUrl),
    ]),
  )
}

// What lies outside of the project is not where its files are.
function placeOf(place: string | undefined, filesUrl: string): string {
  if (place === undefined) return ''
  const isInside = !/^(\.\.\/|[a-z]+:|node_modules\/)/.test(place)
  return isInside ? placeLink(place, place, filesUrl) : plain(place)
}
