import { expect, test } from 'vitest'
import { readMachines } from '../../calibrate/machines.ts'

test('the data are of three machines, whose rows are in the order of time', () => {
  const machines = readMachines()
  expect(machines.map((values) => values.length)).toEqual([1719, 2127, 3107])
  // The first rows of the file are the first of no machine.
  expect(machines[0]?.slice(0, 2)).not.toEqual([75.280666, 73.778629])
  expect(machines.flat().every((value) => value > 70 && value < 110)).toBe(true)
})
