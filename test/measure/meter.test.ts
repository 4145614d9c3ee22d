import { expect, test } from 'vitest'
import { wallClock } from '../../src/domain/clock.ts'
import { ActiveRun } from '../../src/measure/active-run.ts'
import { startMeter } from '../../src/measure/meter.ts'

test('what runs in flight have spent is the last that each told, until it is over', () => {
  const told: number[] = []
  const meter = startMeter(() => told.push(meter.totalUsd()))
  const [first, second] = [0, 1].map((index) => new ActiveRun(undefined, 'case', index, wallClock))
  if (first === undefined || second === undefined) throw new Error('expected two runs')
  meter.set(first, 0.5)
  meter.set(second, 0.25)
  meter.set(first, 1)
  meter.delete(first)
  expect(told).toEqual([0.5, 0.75, 1.25])
  expect(meter.totalUsd()).toBe(0.25)
})
