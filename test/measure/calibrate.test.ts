import { describe, expect, test } from 'vitest'
import { CalibrationSchema } from '../../src/domain/calibration.ts'
import { calibrate } from '../../src/measure/calibrate.ts'
import { calibrationWork, workload } from '../../src/measure/calibration-work.ts'

describe('the piece of work', () => {
  // Whoever changes it counts `workload` up, for what took other work cannot be compared.
  test('is the one that the number of its version stands for', () => {
    expect([workload, calibrationWork()]).toEqual([1, 249_971_542])
  })

  test('is the same every time', () => {
    expect(calibrationWork()).toBe(calibrationWork())
  })
})

describe('a calibration', () => {
  test('tells how long the work takes, in microseconds', async () => {
    const startedMs = performance.now()
    const calibration = CalibrationSchema.parse(await calibrate())
    const tookMs = performance.now() - startedMs
    const { iterations, meanUs, medianUs } = calibration
    expect(calibration.workload).toBe(workload)
    expect(iterations).toBeGreaterThan(10)
    expect(iterations).toBeLessThanOrEqual(400)
    expect((iterations * meanUs) / 1000).toBeLessThan(tookMs)
    expect(medianUs).toBeGreaterThan(5)
    expect(medianUs).toBeLessThan(20_000)
  })

  test('leaves the thread that asks for it free', async () => {
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 5)
    await calibrate()
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })
})
