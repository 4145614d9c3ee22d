import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { recordOf, recordsOf, sessionOf, sessions } from './sessions.ts'

const names = Object.keys(sessions)
const of = (name: string) => renderMarkdown(sessions[name]?.() ?? sessionOf([]))
const bytesOf = (text: string) => new TextEncoder().encode(text).length

/** Cells of each line that is a row of a table. */
function cellCounts(markdown: string): number[] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replaceAll('\\|', '').split('|').length - 2)
}

describe('the Markdown report', () => {
  test.for(names)('of the session "%s" is the golden one', async (name) => {
    await expect(of(name)).toMatchFileSnapshot(`../../fixtures/golden/markdown-${name}.md`)
  })

  test('has the verdict in its title, below a mark that a workflow can find', () => {
    expect(of('failing')).toMatch(/^<!-- bench-agent -->\n## ❌ Agent performance: 5 of 6 scenarios failed\n/)
    expect(of('passing')).toMatch(/\n## ✅ Agent performance: 1 scenario passed\n/)
    expect(of('missing-baseline')).toMatch(/\n## ⚠️ Agent performance: 1 scenario undecided\n/)
  })

  test('links to where a scenario stands', () => {
    expect(of('slower')).toContain('[refund](../test/refund.perf.ts#L4)')
    const filesUrl = 'https://github.com/owner/name/blob/4f0e88d'
    expect(renderMarkdown(sessionOf([recordOf('slower')]), { filesUrl })).toContain(
      '[refund](https://github.com/owner/name/blob/4f0e88d/test/refund.perf.ts#L4)',
    )
  })

  test('has tables whose rows all have as many cells as their heads', () => {
    for (const name of names) {
      for (const table of of(name).split(/\n(?!\|)/))
        expect(new Set(cellCounts(table)).size, table).toBeLessThanOrEqual(1)
    }
  })

  test('shows names with signs of Markdown as they are', () => {
    const record = recordOf('slower')
    const identity = { ...record.identity, name: 'a | `b` *c* <b>d</b> @everyone #1 [e](f)' }
    const text = renderMarkdown(sessionOf([{ ...record, identity }]))
    expect(text).toContain('[a \\| \\`b\\` \\*c\\* &lt;b&gt;d&lt;/b&gt; @\u200Beveryone \\#1 \\[e\\](f)](')
    expect(new Set(cellCounts(text.split('### All results')[1] ?? '')).size).toBe(1)
  })

  test('opens what it folds away, and closes it', () => {
    for (const name of names) {
      const text = of(name)
      expect(text.split('<details>').length).toBe(text.split('</details>').length)
    }
  })

  test('folds a long table of results away', () => {
    expect(of('forty')).toContain('<details><summary>All results</summary>')
    expect(of('failing')).toContain('### All results')
  })

  test('tells how many scenarios have nothing to tell', () => {
    expect(of('forty')).toMatch(/\n3\d of 40 scenarios passed without a change worth telling\.\n/)
    expect(of('passing')).not.toContain('worth telling')
  })

  test('stays under 60,000 bytes, and tells how much it left out', () => {
    const records = Array.from({ length: 1_000 }, (_, position) => {
      const record = recordsOf(position % 3 === 0 ? 'regression' : 'passing')[0] ?? recordOf('passing')
      return {
        ...record,
        identity: { ...record.identity, name: `scenario ${position} 退款`, id: `scenario ${position}` },
      }
    })
    const text = renderMarkdown(sessionOf(records))
    expect(bytesOf(text)).toBeLessThan(60_000)
    expect(bytesOf(text)).toBeGreaterThan(55_000)
    expect(text).toMatch(/…and [\d,]+ more changes\./)
    expect(text).toMatch(/…and [\d,]+ more results\./)
    expect(text.trimEnd().endsWith('</details>')).toBe(true)
  })

  test('ends with one line break', () => {
    expect(of('passing')).toMatch(/[^\n]\n$/)
  })
})
