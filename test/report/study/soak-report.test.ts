import { describe, expect, test } from 'vitest'
import { soakOf } from '../../../src/compare/study/leak.ts'
import type { Soak } from '../../../src/domain/study/soak.ts'
import { StudySchema } from '../../../src/domain/study/study-schema.ts'
import { linesOf, studyWith } from './result-lines.ts'

const mebibyte = 1024 ** 2

/** A soak of 12 cycles that grows by so many bytes a run. */
function soakOfGrowth(bytesPerRun: number, cycles = 12): Soak {
  return soakOf(
    Array.from({ length: cycles }, (_, cycle) => {
      const usedBytes = 20 * mebibyte + cycle * 1_000 * bytesPerRun
      return { usedBytes, heldBytes: usedBytes + 4 * mebibyte, rssBytes: 90 * mebibyte }
    }),
    1_000,
    128,
  )
}

const lines = (soak: Soak) => linesOf({ kind: 'soak', soak }, soak.verdict === 'leak' ? 'fail' : 'pass')

describe('a soak as a table', () => {
  test('has a row for each kind of memory, and what it grows by', () => {
    expect(lines(soakOfGrowth(1_024))).toEqual([
      '✖ desk > refund over 12 cycles of 1,000 runs',
      '  memory        after each cycle   first      most      last',
      '  in use        ▁▂▂▃▄▄▅▅▆▇▇█      20 MiB  30.7 MiB  30.7 MiB',
      '  with garbage  ▁▂▂▃▄▄▅▅▆▇▇█      24 MiB  34.7 MiB  34.7 MiB',
      '  resident      ▁▁▁▁▁▁▁▁▁▁▁▁      90 MiB    90 MiB    90 MiB',
      '  In use: 20 MiB at first, 30.7 MiB at most, 30.7 MiB in the end (+10.7 MiB); collecting freed 48 MiB.',
      '  Growth: 1 KiB a run in the first half, 1 KiB a run in the second: a leak.',
    ])
  })

  test('says what it is when nothing grows, or shrinks', () => {
    expect(lines(soakOfGrowth(0)).slice(-2)).toEqual([
      '  In use: 20 MiB at first, 20 MiB at most, 20 MiB in the end (+0 B); collecting freed 48 MiB.',
      '  Growth: 0 B a run in the first half, 0 B a run in the second: no leak.',
    ])
    expect(lines(soakOfGrowth(-64)).slice(-2)).toEqual([
      '  In use: 20 MiB at first, 20 MiB at most, 19.3 MiB in the end (-688 KiB); collecting freed 48 MiB.',
      '  Growth: -64 B a run in the first half, -64 B a run in the second: no leak.',
    ])
  })

  test('with too few cycles has no slope', () => {
    expect(lines(soakOfGrowth(1_024, 4)).at(-1)).toBe(
      '  Growth: unknown in the first half, unknown in the second: not clear.',
    )
  })

  test('bears that no cycle came to its end', () => {
    expect(lines(soakOfGrowth(0, 0))).toEqual([
      '✔ desk > refund over 0 cycles of 1,000 runs',
      '  memory  after each cycle  first  most  last',
      '  No cycle came to its end.',
    ])
  })

  test('draws no more than fits', () => {
    const [, , row = ''] = lines(soakOfGrowth(1_024, 500))
    expect(row.match(/[▁-█]/g)).toHaveLength(60)
  })
})

test('a soak is read from a file as it was written', () => {
  for (const soak of [soakOfGrowth(1_024), soakOfGrowth(0, 4), soakOfGrowth(0, 0)]) {
    const study = studyWith({ kind: 'soak', soak })
    expect(StudySchema.parse(JSON.parse(JSON.stringify(study)))).toEqual(JSON.parse(JSON.stringify(study)))
  }
  const study = studyWith({ kind: 'soak', soak: { ...soakOfGrowth(0), verdict: 'maybe' as 'leak' } })
  expect(StudySchema.safeParse(study).success).toBe(false)
})
