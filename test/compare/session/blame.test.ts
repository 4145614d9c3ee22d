import { describe, expect, test } from 'vitest'
import { blame, calibrationsOf } from '../../../src/compare/session/blame.ts'
import type { Calibration } from '../../../src/domain/calibration.ts'
import type { ExecutionRecord } from '../../../src/domain/record.ts'
import { times } from '../../domain/given.ts'
import { recordOf } from '../../report/sessions.ts'

const calibration = (meanUs: number, medianUs = meanUs): Calibration => ({
  workload: 1,
  iterations: 400,
  medianUs,
  meanUs,
  spreadRatio: 0.2,
})

/** Nine sessions of a quiet machine, whose work takes 100 µs. */
const past = times(9, (position) => calibration(100 * 1.02 ** ((position % 3) - 1)))

interface Times {
  workingMs?: number
  modelMs?: number | undefined
  cpuMs?: number | undefined
}

/** A record with means of times, of a session with a calibration. */
function record(now: Calibration | undefined, { workingMs = 1000, modelMs, cpuMs }: Times = {}): ExecutionRecord {
  const given = recordOf('passing')
  const { workingMs: known } = given.summary.metrics
  if (known === undefined) throw new Error('expected a record that knows its working time')
  const { modelMs: _, cpuMs: __, ...others } = given.summary.metrics
  const metrics: ExecutionRecord['summary']['metrics'] = { ...others, workingMs: { ...known, mean: workingMs } }
  if (modelMs !== undefined) metrics.modelMs = { ...known, mean: modelMs }
  if (cpuMs !== undefined) metrics.cpuMs = { ...known, mean: cpuMs }
  return {
    ...given,
    environment: { ...given.environment, calibration: now },
    summary: { ...given.summary, metrics },
  }
}

const computing = { modelMs: 100, cpuMs: 800 }
const waiting = { modelMs: 950, cpuMs: 20 }

describe('all times lie off together', () => {
  test('because of the machine, where that is slower and the runs are computed on it', () => {
    expect(blame(0.5, [record(calibration(160), computing)], past)).toEqual({
      on: 'machine',
      machineRatio: expect.closeTo(0.6, 1),
      words:
        'It is the machine: a fixed piece of work took 60.0% longer than in 9 earlier sessions. Its processor computes slower.',
    })
  })

  test('because others took the machine', () => {
    expect(blame(0.5, [record(calibration(160, 101), computing)], past).words).toBe(
      'It is the machine: a fixed piece of work took 60.0% longer than in 9 earlier sessions. More of its time went to something else.',
    )
  })

  test('not because of the machine, where that is as it was', () => {
    expect(blame(0.5, [record(calibration(101), computing)], past)).toMatchObject({
      on: 'provider',
      words:
        'It is not the machine: a fixed piece of work took 1.0% longer than in 9 earlier sessions, within what sessions differ by. Look at the provider, the network, and code that all share.',
    })
  })

  test('not because of a slower machine either, where the runs only wait', () => {
    expect(blame(0.5, [record(calibration(160), waiting)], past)).toMatchObject({
      on: 'provider',
      words:
        'It is not the machine: a fixed piece of work took 60.0% longer than in 9 earlier sessions, but at most 5.0% of the time of runs is computed on it. Look at the provider, the network, and code that all share.',
    })
  })

  test('for no known reason, where the machine explains some of it', () => {
    expect(blame(2, [record(calibration(160), { modelMs: 300, cpuMs: 400 })], past)).toMatchObject({ on: 'provider' })
    expect(blame(0.5, [record(calibration(160), { modelMs: 300, cpuMs: 400 })], past)).toMatchObject({
      on: 'unclear',
      words:
        'Whether it is the machine is unclear: a fixed piece of work took 60.0% longer than in 9 earlier sessions, and 40.0% to 70.0% of the time of runs is computed on it.',
    })
  })

  test('for no known reason, where too little is known of the machine', () => {
    expect(blame(0.2, [record(calibration(120), computing)], past.slice(0, 1))).toMatchObject({
      on: 'unclear',
      words:
        'Whether it is the machine is unclear: a fixed piece of work took 22.4% longer than in 1 earlier session, within what sessions differ by.',
    })
  })
})

describe('all times are shorter together', () => {
  test('because the machine is faster', () => {
    expect(blame(-0.3, [record(calibration(60), computing)], past)).toMatchObject({
      on: 'machine',
      words:
        'It is the machine: a fixed piece of work took 40.0% less time than in 9 earlier sessions. Its processor computes faster.',
    })
  })

  test('not because of the machine, where that is as it was, or even slower', () => {
    expect(blame(-0.3, [record(calibration(100), computing)], past).on).toBe('provider')
    expect(blame(-0.3, [record(calibration(160), computing)], past).on).toBe('provider')
  })
})

test('a machine that is faster explains no times that are longer', () => {
  expect(blame(0.3, [record(calibration(60), computing)], past).on).toBe('provider')
})

describe('nothing is known', () => {
  test('where this session did not calibrate its machine', () => {
    expect(blame(0.5, [record(undefined)], past)).toEqual({
      on: 'unclear',
      words: 'Whether it is the machine is not known: this session did not calibrate it.',
    })
  })

  test('where no earlier session did', () => {
    expect(blame(0.5, [record(calibration(100))], []).words).toBe(
      'Whether it is the machine is not known: earlier sessions did not calibrate it.',
    )
  })
})

describe('how much is computed on the machine', () => {
  const on = (ratio: number, times: Times) => blame(ratio, [record(calibration(160), times)], past).on

  test('is anything where neither model calls nor CPU time are known', () => {
    expect(on(0.5, {})).toBe('machine')
  })

  test('is little where CPU time is short, for runs may do nothing else but wait', () => {
    expect(on(0.5, { cpuMs: 20 })).toBe('unclear')
  })

  test('is what lies beside model calls where CPU time is not known, as above concurrency 1', () => {
    expect(on(0.5, { modelMs: 50 })).toBe('machine')
    expect(on(0.5, { modelMs: 950 })).toBe('provider')
  })

  test('is that of the middle scenario', () => {
    const now = calibration(160)
    const records = [record(now, computing), record(now, waiting), record(now, waiting)]
    expect(blame(0.5, records, past).on).toBe('provider')
    expect(blame(0.5, records.slice(0, 1), past).on).toBe('machine')
  })
})

test('the calibrations of records are one for each session, whichever of its records know of it', () => {
  const records = [record(undefined), record(calibration(100)), record(calibration(100)), record(calibration(120))]
  expect(calibrationsOf(records).map(({ meanUs }) => meanUs)).toEqual([100, 120])
})
