import { describe, expect, test } from 'vitest'
import { folded, joinSections, type Section, text } from '../../src/report/markdown-section.ts'

const section = (noun: string, count: number, priority: number): Section => ({
  before: [`### ${noun}`],
  rows: Array.from({ length: count }, (_, row) => `- ${noun} ${row} ${'.'.repeat(80)}`),
  after: [],
  noun,
  priority,
})
const bytesOf = (markdown: string) => new TextEncoder().encode(markdown).length

describe('sections', () => {
  test('are joined whole where there is room', () => {
    expect(joinSections([text('a', 'b'), section('row', 1, 1)], 1_000)).toBe(
      `a\nb\n\n### row\n- row 0 ${'.'.repeat(80)}\n`,
    )
  })

  test('lose their last rows, of the least important first', () => {
    const joined = joinSections([section('result', 50, 2), section('change', 10, 1)], 2_500)
    expect(joined).toContain('- change 9')
    expect(joined).toContain('- result 0')
    expect(joined).toMatch(/…and \d+ more results\.\n\n### change/)
    expect(bytesOf(joined)).toBeLessThanOrEqual(2_500)
  })

  test('tell one that is left out in the singular', () => {
    expect(joinSections([section('change', 3, 1)], 330)).toContain('…and 1 more change.')
  })

  test('keep what closes them', () => {
    const joined = joinSections([folded('All', section('row', 100, 1))], 800)
    expect(joined).toMatch(/^<details><summary>All<\/summary>\n\n### row\n/)
    expect(joined).toMatch(/more rows\.\n\n<\/details>\n$/)
  })

  test('never pass the limit, however wide their signs are', () => {
    const wide = { ...section('row', 0, 1), rows: Array.from({ length: 300 }, () => '退款🚀'.repeat(9)) }
    for (let limit = 300; limit < 9_000; limit += 111)
      expect(bytesOf(joinSections([wide], limit))).toBeLessThanOrEqual(limit)
  })
})
