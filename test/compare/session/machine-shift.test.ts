import { describe, expect, test } from 'vitest'
import { machineShift } from '../../../src/compare/session/machine-shift.ts'
import type { Calibration } from '../../../src/domain/calibration.ts'
import { times } from '../../domain/given.ts'
import { drawing } from '../given.ts'

const calibration = (meanUs: number, medianUs = meanUs): Calibration => ({
  workload: 1,
  iterations: 400,
  medianUs,
  meanUs,
  spreadRatio: 0.2,
})

test('a machine is as much slower as its work takes longer', () => {
  const found = machineShift([calibration(150)], [calibration(100), calibration(100)])
  expect(Math.exp(found?.shift ?? Number.NaN)).toBeCloseTo(1.5, 12)
  expect(found?.sessions).toBe(2)
})

// Python: m=[log(x) for x in (100,110,121)]; c=mean(m); v=(2*.1**2+sum((x-c)**2 for x in m))/4; t.ppf(.95,4)*sqrt(v*(1+1/3))
test('the interval is that of one more session, what was seen joined with what is expected', () => {
  const found = machineShift([calibration(110)], [calibration(100), calibration(110), calibration(121)])
  expect(found?.shift).toBeCloseTo(0, 12)
  expect(found?.high).toBeCloseTo(0.240_461_420_983_274, 12)
  expect(found?.low).toBeCloseTo(-0.240_461_420_983_274, 12)
})

test('many sessions that are alike make it narrow, and few leave it wide', () => {
  const width = (count: number, spread: number) => {
    const past = times(count, (position) => calibration(100 * Math.exp(spread * (position % 2))))
    const found = machineShift([calibration(100)], past)
    return (found?.high ?? Number.NaN) - (found?.low ?? Number.NaN)
  }
  expect(width(10, 0.01)).toBeLessThan(0.2)
  expect(width(1, 0)).toBeGreaterThan(0.8)
  expect(width(10, 0.3)).toBeGreaterThan(2 * width(10, 0.01))
})

test('where nothing changed the machine lies within, as often as it says', () => {
  const draw = drawing(3)
  const inside = times(2000, () => {
    const drawn = () => calibration(100 * draw.drift(0.1))
    const found = machineShift([drawn()], times(9, drawn))
    return found !== undefined && found.low <= 0 && found.high >= 0
  })
  // 90% by two sides of 95%
  expect(inside.filter(Boolean).length / 2000).toBeGreaterThan(0.88)
  expect(inside.filter(Boolean).length / 2000).toBeLessThan(0.94)
})

describe('what others took', () => {
  test('is what the mean grew by beyond the median', () => {
    const found = machineShift([calibration(200, 110)], [calibration(110, 100)])
    expect(found?.taken).toBeCloseTo(Math.log(200 / 110) - Math.log(1.1), 12)
  })

  test('is nothing where the processor is slower', () => {
    expect(machineShift([calibration(150)], [calibration(100)])?.taken).toBe(0)
  })
})

test('without a calibration on either side, or with other work, nothing is known', () => {
  const other = { ...calibration(100), workload: 2 }
  expect(machineShift([], [calibration(100)])).toBeUndefined()
  expect(machineShift([calibration(100)], [])).toBeUndefined()
  expect(machineShift([calibration(100)], [other])).toBeUndefined()
  expect(machineShift([calibration(100)], [other, calibration(100)])?.sessions).toBe(1)
})

test('the shards of a session are calibrated each, and their mean counts', () => {
  const past = times(5, () => calibration(100))
  const found = machineShift([calibration(100), calibration(144)], past)
  expect(Math.exp(found?.shift ?? Number.NaN)).toBeCloseTo(1.2, 12)
})
