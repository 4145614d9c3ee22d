import { expect, test } from 'vitest'
import { startMeter } from '../../src/measure/meter.ts'

test('what runs in flight have spent adds up until each is over', () => {
  const told: number[] = []
  const meter = startMeter(() => told.push(meter.totalUsd()))
  const [first, second] = [meter.open(), meter.open()]
  first.spend(0.5)
  second.spend(0.25)
  first.spend(0.5)
  first.close()
  first.spend(7)
  expect(told).toEqual([0.5, 0.75, 1.25])
  expect(meter.totalUsd()).toBe(0.25)
})
