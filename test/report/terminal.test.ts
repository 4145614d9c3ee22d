import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { renderTerminal } from '../../src/report/terminal.ts'
import { displayWidth, withoutColours } from '../../src/report/text.ts'
import { recordOf, recordsOf, sessionOf, sessions } from './sessions.ts'

const names = Object.keys(sessions)
const at = (name: string, columns: number, colors = false) => {
  const session = sessions[name]
  if (session === undefined) throw new Error(`expected a session called ${name}`)
  return renderTerminal(session(), { columns, colors })
}

describe('the report at the end of a run', () => {
  test.for(names)('of the session "%s" is the golden one at 80 and 120 columns', async (name) => {
    await expect(`${at(name, 80)}\n`).toMatchFileSnapshot(`../../fixtures/golden/terminal-${name}-80.txt`)
    await expect(`${at(name, 120)}\n`).toMatchFileSnapshot(`../../fixtures/golden/terminal-${name}-120.txt`)
  })

  test('has colours where they are wanted', async () => {
    await expect(`${at('failing', 120, true)}\n`).toMatchFileSnapshot(
      '../../fixtures/golden/terminal-failing-colours.txt',
    )
  })

  test('says the same without colours', () => {
    for (const name of names) expect(withoutColours(at(name, 100, true))).toBe(at(name, 100))
  })

  test('has no colours where they are not wanted', () => {
    for (const name of names) expect(at(name, 100)).toBe(withoutColours(at(name, 100)))
  })

  test('answers three questions in its first line', () => {
    for (const name of names)
      expect(at(name, 80).split('\n')[0]).toMatch(
        /^slower\? (YES|no|not judged).* {3}dearer\? (YES|no|not judged).* {3}worse\? (YES|no|not judged)/,
      )
  })

  test('of one passing scenario is short', () => {
    const lines = at('passing', 120).split('\n')
    expect(lines.filter((line) => line !== '').length).toBeLessThanOrEqual(12)
  })

  test('passes the width only with commands, which are there to be copied', () => {
    for (const name of names) {
      for (const columns of [60, 80, 120, 200]) {
        const wide = at(name, columns)
          .split('\n')
          .filter((line) => displayWidth(line) > columns && !line.includes('npx vitest'))
        expect(wide).toEqual([])
      }
    }
  })

  test('shows the 95% interval of p95 where there is room for it', () => {
    expect(at('groups', 200)).toContain('4.71 s to 5.4 s')
    expect(at('groups', 80)).not.toContain('95% interval')
  })

  test('leaves out columns that no scenario has a value for', () => {
    const text = at('unknown', 200)
    for (const heading of ['tokens', 'cost', 'TTFT p50', 'vs baseline'])
      expect(text).not.toMatch(new RegExp(`  ${heading}`))
  })

  test('is empty when no scenario ran', () => {
    expect(renderTerminal(sessionOf([]), { columns: 80, colors: false })).toBe('')
  })

  test('can be read on a very narrow terminal', () => {
    expect(displayWidth(at('forty', 10).split('\n').at(-1) ?? '')).toBeLessThanOrEqual(40)
  })

  test('tells the unchanged ones of forty scenarios in the table only', () => {
    const text = at('forty', 120)
    expect(text.split('look up invoice').length - 1).toBe(1)
    expect(text.split('explain delivery').length - 1).toBeGreaterThan(1)
  })

  test('tells twelve failed scenarios in full and names the rest in the table', () => {
    // Without findings nothing says that all of them are slower alike.
    const verdict = { ...recordOf('regression').verdict, findings: [] }
    const records = recordsOf('forty').map((record) => ({ ...record, verdict }))
    const text = renderTerminal(sessionOf(records), { columns: 100, colors: false })
    expect(text).toContain('…and 28 more failed scenarios, marked ✖ in the table.')
    expect(text.split('\n').filter((line) => line.startsWith('✖ ') && line.includes('.perf.ts:')).length).toBe(12)
  })

  test('tells a mistake once, and nothing that it left unmeasured', () => {
    const text = renderTerminal(sessionOf([recordOf('mistake')]), { columns: 300, colors: false })
    expect(text.split('relation "accounts" does not exist').length - 1).toBe(1)
    expect(text.split('✖').length - 1).toBe(3)
    expect(text).not.toContain('▲')
  })

  test('tells once that the provider could not be reached', () => {
    const text = renderTerminal(sessionOf([recordOf('unreachable')]), { columns: 300, colors: false })
    expect(text).toContain(
      '✖ The first 3 runs broke on the network or the provider, so no further run was made: connect',
    )
    expect(text).not.toContain('▲')
  })

  test('points to the error of a test that failed outside of its verdict', () => {
    const session = sessionOf([recordOf('passing')])
    const executions = session.executions.map((execution) => ({ ...execution, failed: true }))
    const text = renderTerminal({ ...session, executions }, { columns: 100, colors: false })
    expect(text).toContain('✖ Its test failed outside of the verdict.\n    → See the error of the test above.')
  })

  test('tells doubt as the reason where it fails the test', () => {
    const session = sessionOf([recordOf('spend')])
    const executions = session.executions.map((execution) => ({ ...execution, failed: true }))
    const text = renderTerminal({ ...session, executions }, { columns: 120, colors: false })
    expect(text).toContain('  ✖ Stopped after 20 of 30 runs')
    expect(text).not.toContain('▲')
  })

  test('tells a retried scenario by its last attempt', () => {
    const [first, second] = [recordOf('regression'), { ...recordOf('passing'), attempt: 1 }]
    const text = renderTerminal(sessionOf([first, second]), { columns: 100, colors: false })
    expect(text).toMatch(/^slower\? no {3}dearer\? no {3}worse\? no$/m)
    expect(text).toContain('refund (attempt 2)')
    expect(text).not.toContain('got worse:')
  })

  test('shows control characters and line breaks of names as spaces', () => {
    const record = recordOf('passing')
    const identity = { ...record.identity, name: `two\nlines ${pc.createColors(true).red('red')}\t!` }
    const text = renderTerminal(sessionOf([{ ...record, identity }]), { columns: 120, colors: false })
    expect(text).toContain('two lines red !')
  })
})
