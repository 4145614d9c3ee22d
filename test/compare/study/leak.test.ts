import { describe, expect, test } from 'vitest'
import { leakChecks, soakOf, usualBoundBytes } from '../../../src/compare/study/leak.ts'
import type { Soak, SoakCycle } from '../../../src/domain/study/soak.ts'
import { random } from '../../../src/stats/random.ts'

const mebibyte = 1024 ** 2
const runsPerCycle = 100

/** Cycles of `usedBytes` after collection, in order. */
function cyclesOf(usedBytes: readonly number[]): SoakCycle[] {
  return usedBytes.map((used) => ({ heldBytes: used + mebibyte, usedBytes: used, rssBytes: used + 40 * mebibyte }))
}

/** What `count` cycles come to that hold `bytesAt` above 20 MiB, give or take 2 kB, or half of `noiseBytes`. */
function soakedBy(
  bytesAt: (cycle: number) => number,
  count = 30,
  boundBytes = usualBoundBytes,
  noiseBytes = 4_000,
): Soak {
  const next = random(7)
  const used = Array.from({ length: count }, (_, cycle) => 20 * mebibyte + bytesAt(cycle) + noiseBytes * (next() - 0.5))
  return soakOf(cyclesOf(used), runsPerCycle, boundBytes)
}

const leaking = (bytesPerRun: number) => (cycle: number) => cycle * runsPerCycle * bytesPerRun
// Full after so many cycles.
const filling = (full: number) => (cycle: number) => Math.min(cycle, full) * 100_000

describe('the verdict', () => {
  test.for([
    ['nothing is kept', () => 0, 'steady'],
    ['64 bytes a run are kept, which is within the bound', leaking(64), 'steady'],
    ['256 bytes a run are kept', leaking(256), 'leak'],
    ['1 kB of each run is kept', leaking(1_024), 'leak'],
    ['a cache fills in the first five cycles', filling(5), 'steady'],
    ['a cache fills in the first half', filling(14), 'steady'],
    ['a cache fills until the 25th of 30 cycles', filling(25), 'leak'],
    ['caches are emptied', (cycle: number) => -cycle * 50_000, 'steady'],
    ['it grows by about the bound', leaking(usualBoundBytes), 'unclear'],
  ] as const)('when %s', ([, bytesAt, verdict]) => {
    expect(soakedBy(bytesAt).verdict).toBe(verdict)
  })

  test('bears single cycles that hold much', () => {
    const spikes = (cycle: number) => (cycle % 9 === 0 ? 3 * mebibyte : 0)
    expect(soakedBy(spikes).verdict).toBe('steady')
    expect(soakedBy((cycle) => spikes(cycle) + leaking(256)(cycle)).verdict).toBe('leak')
  })

  test.for([usualBoundBytes - 10, usualBoundBytes + 10])(
    'is unclear when noise hides the bound from %i bytes',
    (bytes) => {
      const { verdict, secondHalf } = soakedBy(leaking(bytes), 30, usualBoundBytes, 60_000)
      expect(Math.sign((secondHalf?.slope ?? Number.NaN) - usualBoundBytes)).toBe(Math.sign(bytes - usualBoundBytes))
      expect(verdict).toBe('unclear')
    },
  )

  test('goes by the bound that is given', () => {
    expect(soakedBy(leaking(256), 30, 512).verdict).toBe('steady')
    expect(soakedBy(leaking(64), 30, 16).verdict).toBe('leak')
  })

  test.for([0, 1, 2, 9])('is unclear with %i cycles', (count) => {
    const soak = soakedBy(leaking(100_000), count)
    expect(soak).toMatchObject({ verdict: 'unclear', initialBytes: soak.cycles[0]?.usedBytes ?? 0 })
    expect([soak.firstHalf, soak.secondHalf]).toEqual([undefined, undefined])
  })

  test('is possible with ten', () => {
    expect(soakedBy(leaking(4_096), 10).verdict).toBe('leak')
  })

  test.for([
    [30, 100, 256, 'leak'],
    [20, 100, 256, 'leak'],
    [19, 100, 256, 'unclear'],
    [20, 99, 256, 'unclear'],
    // 2,000 bytes a run are 1 MB over 500 runs, and a mebibyte is more.
    [10, 100, 2_000, 'unclear'],
    [10, 100, 2_200, 'leak'],
    [30, 10, 6_900, 'unclear'],
    [30, 10, 7_100, 'leak'],
    [10, 100, 0, 'steady'],
  ] as const)('of %i cycles of %i runs that keep %i bytes each is %s', ([cycles, runs, bytes, verdict]) => {
    const used = Array.from({ length: cycles }, (_, cycle) => 20 * mebibyte + cycle * runs * bytes)
    const soak = soakOf(cyclesOf(used), runs, usualBoundBytes)
    expect(soak.verdict).toBe(verdict)
    const [check] = leakChecks(soak)
    if (verdict === 'unclear') {
      expect(check?.message).toMatch(
        / beyond 128 B; after so few runs that may be what clients and compilers still fill\.$/,
      )
      expect(check?.remedy).toBe('Plan at least 2,000 runs over all cycles.')
    }
    expect(check?.status).toBe({ leak: 'fail', unclear: 'inconclusive', steady: 'pass' }[verdict])
  })
})

test('what memory came to is told, with the slope of each half in bytes a run', () => {
  const used = [10, 30, 50, 70, 90, 100, 100, 100, 100, 90].map((kilobytes) => kilobytes * 1_000)
  const soak = soakOf(cyclesOf(used), 10, 128)
  expect(soak).toMatchObject({
    runsPerCycle: 10,
    initialBytes: 10_000,
    peakBytes: 100_000,
    finalBytes: 90_000,
    growthBytes: 80_000,
    freedBytes: 10 * mebibyte,
    boundBytes: 128,
    firstHalf: { slope: 2_000 },
    secondHalf: { slope: 0, high: 0 },
    verdict: 'steady',
  })
  expect(soak.cycles).toEqual(cyclesOf(used))
})

test('collecting that frees nothing is no loss', () => {
  const cycles = [{ heldBytes: 5, usedBytes: 9, rssBytes: 1 }]
  expect(soakOf(cycles, 1, 1)).toMatchObject({ freedBytes: 0, growthBytes: 0 })
})

describe('the check', () => {
  const slope = (low: number, middle: number, high: number) => ({ low, slope: middle, high })
  const judged = (verdict: Soak['verdict'], secondHalf: Soak['secondHalf']) =>
    leakChecks({ ...soakedBy(() => 0), verdict, secondHalf })

  test('fails by a leak, with what to look for', () => {
    expect(judged('leak', slope(250, 272, 290))).toEqual([
      {
        code: 'leak',
        subject: 'memory of a run',
        unit: 'bytes',
        bound: 128,
        status: 'fail',
        value: 272,
        message:
          'Memory grows by 272 B a run (95%: 250 B to 290 B) in the second half of 30 cycles, beyond 128 B: it leaks, or a cache has not filled yet.',
        remedy:
          'Look for collections that only grow: listeners, caches without a bound, histories. If a cache still fills, plan more cycles.',
      },
    ])
  })

  test('passes when it is steady, and when it shrinks', () => {
    expect(judged('steady', slope(0, 1, 2))).toMatchObject([
      {
        status: 'pass',
        value: 1,
        message: 'Memory grows by 1 B a run (95%: 0 B to 2 B) in the second half of 30 cycles, within 128 B.',
      },
    ])
    expect(judged('steady', slope(-30, -20, -10))[0]?.message).toBe(
      'Memory shrinks by 20 B a run (95%: -30 B to -10 B) in the second half of 30 cycles, within 128 B.',
    )
  })

  test('does not decide what is unclear', () => {
    expect(judged('unclear', slope(100, 130, 150))).toMatchObject([
      { status: 'inconclusive', value: 130, remedy: 'Plan more cycles, or more runs in each.' },
    ])
    const [check] = leakChecks(soakedBy(() => 0, 9))
    expect(check).toMatchObject({
      status: 'inconclusive',
      message: '9 cycles are too few to tell a leak.',
      remedy: 'Plan at least 10 cycles; 30 tell 256 bytes a run.',
    })
    expect(check).not.toHaveProperty('value')
  })
})
