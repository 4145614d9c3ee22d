import { describe, expect, test } from 'vitest'
import { renderAnnotations } from '../../src/report/annotations.ts'
import { recordWith } from './given.ts'
import { recordsOf, sessionOf, sessions, unchangedBaselines } from './sessions.ts'

const of = (name: string) => renderAnnotations(sessions[name]?.() ?? sessionOf([]))
const warned = (name: string, message: string) =>
  recordWith(name, { warnings: [{ code: 'degraded', message, remedy: 'Find quiet.' }] })

describe('annotations', () => {
  test.for(['undecided', 'accepted', 'failing', 'slowly', 'shifted'])(
    'of the session "%s" are the golden ones',
    async (name) => {
      await expect(`${of(name).join('\n')}\n`).toMatchFileSnapshot(`../../fixtures/golden/annotations-${name}.txt`)
    },
  )

  test('are none for a session that passed', () => {
    expect(of('passing')).toEqual([])
  })

  test('leave failed tests to the test runner', () => {
    expect(of('slower')).toEqual([])
  })

  test('escape what would end a property or the command', () => {
    const [line] = renderAnnotations(sessionOf([warned('a: b, 100%', '50% late:\nvery, very late')]))
    expect(line).toBe(
      '::warning file=test/summarise.perf.ts,line=4,col=1,title=bench-agent%3A a%3A b%2C 100%25::50%25 late:%0Avery, very late Find quiet.',
    )
  })

  test('name files from the root of the repository', () => {
    const session = sessionOf([warned('a', 'Late.')])
    expect(renderAnnotations(session, { directory: 'packages/agent/' })[0]).toContain(
      'file=packages/agent/test/summarise',
    )
  })

  test('have no position where none is known', () => {
    const session = sessionOf([warned('a', 'Late.')])
    const executions = session.executions.map(({ record, failed }) => ({ record, failed }))
    expect(renderAnnotations({ ...session, executions })[0]).toBe('::warning title=bench-agent%3A a::Late. Find quiet.')
  })

  test('are ten of a level at most, the last of which counts the rest', () => {
    const records = recordsOf('forty').map(({ identity: { name } }) => warned(name, 'Late.'))
    const lines = renderAnnotations(sessionOf(records))
    expect(lines).toHaveLength(10)
    expect(lines.at(-1)).toBe(
      '::warning title=bench-agent%3A 31 more::31 more like these are in the report of this job.',
    )
  })

  test('tell files of baselines that could not be written', () => {
    const baselines = { ...unchangedBaselines, problems: ['Expected a folder.'] }
    expect(renderAnnotations(sessionOf([], { baselines }))).toEqual([
      '::error title=bench-agent%3A baselines::Expected a folder.',
    ])
  })
})
