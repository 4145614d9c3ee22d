import { expect, test } from 'vitest'
import type { Calibration } from '../../src/domain/calibration.ts'
import { readCalibration } from '../../src/vitest/calibration-note.ts'
import { sessionCalibration } from '../../src/vitest/session-calibration.ts'
import { ownFolder } from '../history/folder.ts'

const calibration: Calibration = { workload: 1, iterations: 400, medianUs: 110, meanUs: 118.5, spreadRatio: 0.2 }

test('a session is calibrated once, and every process that asks learns of it', async () => {
  const folder = ownFolder()
  let calibrated = 0
  const find = async () => {
    calibrated += 1
    return calibration
  }
  expect(readCalibration(folder)).toBeUndefined()
  expect(await sessionCalibration(folder, find)).toEqual(calibration)
  expect(await sessionCalibration(folder, find)).toEqual(calibration)
  expect(readCalibration(folder)).toEqual(calibration)
  expect(calibrated).toBe(1)
})

test('where it cannot be done nobody tries again', async () => {
  const folder = ownFolder()
  let tried = 0
  const find = async () => {
    tried += 1
    return undefined
  }
  expect(await sessionCalibration(folder, find)).toBeUndefined()
  expect(await sessionCalibration(folder, find)).toBeUndefined()
  expect(tried).toBe(1)
  expect(readCalibration(folder)).toBeNull()
})
