import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { type Column, renderTable } from '../../src/report/table.ts'
import { displayWidth } from '../../src/report/text.ts'

const columns: Column[] = [
  { heading: 'scenario', align: 'left', priority: 0, shrinks: true },
  { heading: 'p50', align: 'right', priority: 1 },
  { heading: 'interval', align: 'right', priority: 3 },
  { heading: 'cost', align: 'right', priority: 2 },
]
const rows = [
  { cells: ['refund', '840 ms', '800 ms to 900 ms', '$0.02'] },
  { cells: ['look up an address', '1.5 s', '1.4 s to 1.7 s', '$0.0013'] },
]
const { red } = pc.createColors(true)

describe('a table', () => {
  test('is aligned to the left or to the right', () => {
    expect(renderTable(columns, rows, { width: 80 }).lines).toEqual([
      'scenario               p50          interval     cost',
      'refund              840 ms  800 ms to 900 ms    $0.02',
      'look up an address   1.5 s    1.4 s to 1.7 s  $0.0013',
    ])
  })

  test('is aligned by what is seen of wide characters, emoji and colours', () => {
    const two: Column[] = [
      { heading: 'name', align: 'left', priority: 0 },
      { heading: 'n', align: 'right', priority: 0 },
    ]
    const lines = renderTable(
      two,
      ['退款', '🚀 go', red('red'), 'e\u0301'].map((name) => ({ cells: [name, '1'] })),
      { width: 80 },
    ).lines
    expect(lines.map(displayWidth)).toEqual([8, 8, 8, 8, 8])
  })

  test('colours a cell after it was fitted', () => {
    const { lines } = renderTable(columns, [{ cells: [{ text: 'a name that is much too long', paint: red }] }], {
      width: 20,
    })
    expect(lines[1]).toBe(red('a name tha… too long'))
  })

  test('leaves out the columns with the highest priority number first', () => {
    expect(renderTable(columns, rows, { width: 50 }).shown).toEqual(['scenario', 'p50', 'cost'])
    expect(renderTable(columns, rows, { width: 30 }).shown).toEqual(['scenario', 'p50'])
  })

  test('lets a narrow column in where a wide one does not fit', () => {
    const many: Column[] = [...columns, { heading: 'runs', align: 'right', priority: 4 }]
    const filled = rows.map(({ cells }) => ({ cells: [...cells, '20'] }))
    expect(renderTable(many, filled, { width: 44 }).shown).toEqual(['scenario', 'p50', 'cost', 'runs'])
  })

  test('cuts names before it leaves out columns, and gives back the room that is left', () => {
    const long = [{ cells: ['refund on a large model with tools', '840 ms', '800 ms to 900 ms', '$0.02'] }]
    const { lines, shown } = renderTable(columns, long, { width: 66 })
    expect(shown).toHaveLength(4)
    expect(lines[1]).toBe('refund on a larg…model with tools  840 ms  800 ms to 900 ms  $0.02')
    expect(displayWidth(lines[1] ?? '')).toBeLessThanOrEqual(66)
  })

  test('has headings across all columns', () => {
    const { lines } = renderTable(columns, [{ heading: 'test/refund.perf.ts' }, ...rows], { width: 80, indent: 2 })
    expect(lines[1]).toBe('  test/refund.perf.ts')
    expect(lines[2]).toMatch(/^ {2}refund /)
  })

  test('has no spaces at the ends of its lines', () => {
    const { lines } = renderTable(columns, [{ cells: ['refund', '', '', ''] }], { width: 80 })
    expect(lines[1]).toBe('refund')
  })

  test('is never wider than the terminal', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 30 })
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 5 })), fc.integer({ min: 1, max: 90 }), (cells, width) => {
        const { lines } = renderTable(columns, [{ heading: 'a heading' }, ...cells.map((row) => ({ cells: row }))], {
          width,
        })
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
