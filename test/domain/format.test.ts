import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatChange,
  formatCount,
  formatDifference,
  formatMs,
  formatProbability,
  formatRatio,
  formatUsd,
  formatValue,
  plural,
} from '../../src/domain/format.ts'
import { metrics } from '../../src/domain/metric.ts'
import { metricNames } from '../../src/domain/metric-name.ts'
import type { Unit } from '../../src/domain/unit.ts'

describe('formatMs', () => {
  test.for([
    [0, '0 ms'],
    [-0, '0 ms'],
    [0.00042, '0.42 µs'],
    [0.8, '800 µs'],
    [0.99949, '999 µs'],
    [0.9995, '1 ms'],
    [1, '1 ms'],
    [1.5, '1.5 ms'],
    [12.34, '12.3 ms'],
    [840, '840 ms'],
    [999.4, '999 ms'],
    [999.5, '1 s'],
    [1000, '1 s'],
    [1520, '1.52 s'],
    [9996, '10 s'],
    [59_999, '60 s'],
    [99_949, '99.9 s'],
    [99_950, '1 min 40 s'],
    [100_000, '1 min 40 s'],
    [119_600, '2 min 0 s'],
    [3_599_499, '59 min 59 s'],
    [3_599_500, '1 h 0 min'],
    [3_600_000, '1 h 0 min'],
    [7_169_000, '1 h 59 min'],
    [7_170_000, '2 h 0 min'],
    [90_000_000, '25 h 0 min'],
    [-0.5, '-500 µs'],
    [-840, '-840 ms'],
    [-1520, '-1.52 s'],
    [-100_000, '-1 min 40 s'],
  ] as const)('%d ms reads %s', ([value, text]) => {
    expect(formatMs(value)).toBe(text)
  })
})

describe('formatCount', () => {
  test.for([
    [0, '0'],
    [7, '7'],
    [3012, '3,012'],
    [1_234_567, '1,234,567'],
    [2.5, '2.5'],
    [2.04, '2.0'],
    [99.94, '99.9'],
    [99.95, '100'],
    [99.96, '100'],
    [100.4, '100'],
    [999.5, '1,000'],
    [-0, '0'],
    [-0.04, '0.0'],
    [-3, '-3'],
    [-2.25, '-2.3'],
    [-99.96, '-100'],
  ] as const)('%d reads %s', ([value, text]) => {
    expect(formatCount(value)).toBe(text)
  })
})

describe('formatUsd', () => {
  test.for([
    [0, '$0'],
    [0.000_000_05, '$0.00000005'],
    [0.000_123_4, '$0.000123'],
    [0.0212, '$0.0212'],
    [0.02125, '$0.0213'],
    [0.5, '$0.5'],
    [0.9994, '$0.999'],
    [0.9996, '$1.00'],
    [1, '$1.00'],
    [1.2, '$1.20'],
    [1.006, '$1.01'],
    [1234.5, '$1,234.50'],
    [-0.0212, '-$0.0212'],
    [-3, '-$3.00'],
  ] as const)('%d reads %s', ([value, text]) => {
    expect(formatUsd(value)).toBe(text)
  })
})

describe('formatBytes', () => {
  test.for([
    [0, '0 B'],
    [1, '1 B'],
    [512.4, '512 B'],
    [1023, '1,023 B'],
    [1023.4, '1,023 B'],
    [1023.6, '1 KiB'],
    [1024, '1 KiB'],
    [4096, '4 KiB'],
    [10_240, '10 KiB'],
    [1_037_517, '1,010 KiB'],
    [1_048_575, '1 MiB'],
    [4.2 * 1024 ** 2, '4.2 MiB'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
    [5000 * 1024 ** 3, '5,000 GiB'],
    [-0.4, '0 B'],
    [-2048, '-2 KiB'],
    [-100, '-100 B'],
  ] as const)('%d reads %s', ([value, text]) => {
    expect(formatBytes(value)).toBe(text)
  })
})

describe('formatRatio', () => {
  test.for([
    [0, '0%'],
    [1, '100%'],
    [0.95, '95.0%'],
    [0.8625, '86.3%'],
    [0.9994, '99.9%'],
    [0.9995, '>99.9%'],
    [0.99999, '>99.9%'],
    [0.0005, '0.1%'],
    [0.0004, '<0.1%'],
    [1.5, '150.0%'],
  ] as const)('%d reads %s', ([value, text]) => {
    expect(formatRatio(value)).toBe(text)
  })

  test('only all of it reads 100%, and only none of it 0%', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }), (ratio) => {
        expect(formatRatio(ratio)).not.toMatch(/^(100|0)(\.0)?%$/)
      }),
    )
  })
})

describe('formatChange', () => {
  test.for([
    [0.4, '+40.0%'],
    [-0.058, '-5.8%'],
    [0.0004, '~'],
    [-0.0004, '~'],
    [0, '~'],
    [0.0006, '+0.1%'],
    [1, '+100.0%'],
    [9.99, '+999.0%'],
    [9.996, '+1000%'],
    [34.567, '+3457%'],
    [-1, '-100.0%'],
  ] as const)('%d reads %s', ([ratio, text]) => {
    expect(formatChange(ratio)).toBe(text)
  })
})

describe('formatProbability', () => {
  test.for([
    [0, '<0.001'],
    [0.00099, '<0.001'],
    [0.001, '0.001'],
    [0.0123, '0.012'],
    [1, '1.000'],
  ] as const)('%d reads %s', ([value, text]) => {
    expect(formatProbability(value)).toBe(text)
  })
})

describe('plural', () => {
  test.for([
    [0, '0 runs'],
    [1, '1 run'],
    [2, '2 runs'],
    [2000, '2,000 runs'],
  ] as const)('%d reads %s', ([count, text]) => {
    expect(plural(count, 'run')).toBe(text)
  })

  test('takes a noun that is not made with an s', () => {
    expect(plural(2, 'entry', 'entries')).toBe('2 entries')
    expect(plural(1, 'entry', 'entries')).toBe('1 entry')
  })
})

describe('formatValue', () => {
  test.for<[Unit, number, string]>([
    ['ms', 840, '840 ms'],
    ['tokens', 3012, '3,012 tokens'],
    ['tokens', 0, '0 tokens'],
    ['usd', 0.0212, '$0.0212'],
    ['bytes', 4.2 * 1024 ** 2, '4.2 MiB'],
    ['ratio', 0.95, '95.0%'],
    ['count', 2, '2'],
    ['count', 2.5, '2.5'],
    ['perSecond', 0, '0/s'],
    ['perSecond', 0.1234, '0.123/s'],
    ['perSecond', 87.65, '87.7/s'],
    ['perSecond', 1234, '1,230/s'],
    ['perSecond', -3, '-3/s'],
    ['score', 0, '0'],
    ['score', 0.8, '0.8'],
    ['score', 0.7524, '0.752'],
    ['score', 1, '1'],
  ])('%s %d reads %s', ([unit, value, text]) => {
    expect(formatValue(unit, value)).toBe(text)
  })

  test('no finite value of any metric reads like arithmetic', () => {
    const units = fc.constantFrom(...new Set(metricNames.map((name) => metrics[name].unit)), 'score' as const)
    fc.assert(
      fc.property(units, fc.double({ min: -1e15, max: 1e15, noNaN: true }), (unit, value) => {
        expect(formatValue(unit, value)).not.toMatch(/e[+-]?\d|NaN|∞|Infinity|undefined/)
      }),
    )
  })
})

test('a share changes by percentage points, everything else in percent', () => {
  expect(formatDifference('ratio', 0.95, 0.863)).toBe('-8.7 points')
  expect(formatDifference('ratio', 0.9, 0.95)).toBe('+5.0 points')
  expect(formatDifference('tokens', 1_000, 1_400)).toBe('+40.0%')
  expect(formatDifference('count', 0, 3)).toBe('from 0')
})
