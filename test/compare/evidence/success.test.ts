import { describe, expect, test } from 'vitest'
import { detectableFailures, failuresOf, successEvidence, sumOf } from '../../../src/compare/evidence/success.ts'
import { random } from '../../../src/stats/random.ts'
import { times } from '../../domain/given.ts'

const of = (failures: number, trials: number) => ({ failures, trials })

describe('what chance could do to success', () => {
  // Python: scipy.stats.fisher_exact([[3, 17], [5, 95]], alternative='greater').pvalue
  test('is Fisher’s test of all failures where there is one case', () => {
    const { worse, better, cases } = successEvidence([of(3, 20)], [of(5, 100)])
    expect(worse).toBeCloseTo(0.127_975_388_73, 10)
    expect(better).toBeGreaterThan(0.9)
    expect(cases).toEqual([])
  })

  test('is that of all failures where only their sum is known', () => {
    const { worse, cases } = successEvidence([of(3, 10), of(0, 10)], [of(5, 100)])
    expect(worse).toBeCloseTo(0.127_975_388_73, 10)
    expect(cases).toEqual([])
  })

  // Python: scipy.stats.fisher_exact([[5, 0], [0, 50]], alternative='greater').pvalue * 40 * 2
  test('sees one dead case of forty', () => {
    const own = times(40, (position) => of(position === 7 ? 5 : 0, 5))
    const other = times(40, () => of(0, 50))
    const { cases } = successEvidence(own, other)
    expect(cases).toHaveLength(40)
    expect(cases[7]).toEqual({
      position: 7,
      alone: expect.closeTo(2.299_669_336_3e-5 / 80, 16),
      worse: expect.closeTo(2.299_669_336_3e-5, 14),
      ratio: 1,
    })
    expect(cases[6]).toMatchObject({ worse: 1, ratio: 0 })
  })

  test('that a case fell is a share of what it was', () => {
    const [fell] = successEvidence([of(12, 20), of(0, 20)], [of(40, 200), of(0, 200)]).cases
    expect(fell?.ratio).toBeCloseTo(0.5, 12)
  })

  test('a case that never succeeded has not fallen', () => {
    expect(successEvidence([of(5, 5), of(0, 5)], [of(50, 50), of(0, 50)]).cases[0]).toMatchObject({
      worse: 1,
      ratio: 0,
    })
  })

  test('failures spread over all cases are told by their sum', () => {
    const { worse, cases } = successEvidence(
      times(10, () => of(2, 5)),
      times(10, () => of(0, 50)),
    )
    expect(worse).toBeLessThan(1e-8)
    for (const one of cases) expect(one.worse).toBeGreaterThan(1e-3)
  })

  test('of all failures p is doubled where cases are tested, too, for two tests are two chances', () => {
    const one = successEvidence([of(4, 10), of(4, 10)], [of(5, 100), of(5, 100)])
    const { worse } = successEvidence([of(8, 20)], [of(10, 200)])
    expect(one.worse).toBeCloseTo(2 * worse, 12)
  })

  test('a case without runs on one side says nothing', () => {
    expect(successEvidence([of(0, 0), of(5, 5)], [of(0, 50), of(0, 0)]).cases[0]).toMatchObject({ worse: 1, ratio: 0 })
  })

  test('is never above 1', () => {
    expect(successEvidence([of(0, 5), of(0, 5)], [of(0, 5), of(0, 5)])).toMatchObject({ worse: 1, better: 1 })
  })

  test('where nothing has changed, p are not below 5% more often than that', () => {
    const next = random(5)
    const cases = (runs: number) =>
      times(20, () => of(times(runs, () => next()).filter((one) => one < 0.1).length, runs))
    const found = times(3000, () => successEvidence(cases(5), cases(25)).worse)
    expect(found.filter((p) => p < 0.05).length / 3000).toBeLessThan(0.05)
    expect(found.filter((p) => p < 0.01).length / 3000).toBeLessThan(0.012)
  })
})

test('failures are the runs that are 0', () => {
  expect(failuresOf([1, 0, 1, 0, 0])).toEqual(of(3, 5))
  expect(failuresOf([])).toEqual(of(0, 0))
  expect(sumOf([of(1, 5), of(2, 5)])).toEqual(of(3, 10))
})

describe('the smallest failure ratio that would be found', () => {
  const past = (trials: number) => ({
    isSuspect: (failures: number, all: number) =>
      failures / all > 0.05 && successEvidence([of(failures, all)], [of(0, trials)]).worse < 0.05,
    isFound: (failures: number, all: number) =>
      failures / all > 0.1 && successEvidence([of(failures, all)], [of(0, trials)]).worse < 0.0001,
  })
  const seen = (planned: number, fresh: number, trials: number) =>
    detectableFailures({ planned, fresh, ...past(trials) }, 0.9)

  // Python: f = the fewest failures of n with scipy.stats.fisher_exact([[f, n - f], [0, N]], alternative='greater').pvalue < .0001;
  // scipy.optimize.brentq(lambda q: scipy.stats.binom.sf(f - 1, n, q) - .9, 0, 1)
  test.for([
    [10, 10, 0.945_471_38],
    [20, 100, 0.360_661_88],
    [20, 200, 0.304_186_811],
  ] as const)('in one step of %d runs against %d is what makes enough failures in 9 of 10', ([runs, trials, ratio]) => {
    expect(seen(runs, 0, trials)).toBeCloseTo(ratio, 8)
  })

  // Python: 2 of 20 to be suspected and 6 of 50 to be found;
  // brentq(lambda q: sum(binom.pmf(k, 20, q) * binom.sf(5 - k, 30, q) for k in range(2, 21)) - .9, 0, 1)
  test('in two steps is what makes enough in both', () => {
    expect(seen(20, 30, 200)).toBeCloseTo(0.198_960_751, 8)
  })

  test('gets smaller with more runs and more of a past', () => {
    const ratios = [seen(10, 15, 100), seen(20, 30, 100), seen(20, 30, 1000), seen(80, 120, 1000)]
    expect(ratios).toEqual(ratios.toSorted((a = 0, b = 0) => b - a))
  })

  test('is absent where not even failure in every run would be found', () => {
    expect(seen(1, 0, 20)).toBeUndefined()
    expect(seen(2, 3, 2)).toBeUndefined()
    expect(seen(0, 0, 20)).toBeUndefined()
  })

  test('is 1 where every run has to fail', () => {
    const every = { isSuspect: (failures: number, all: number) => failures === all, isFound: () => true }
    expect(detectableFailures({ planned: 1, fresh: 0, ...every }, 0.9)).toBeCloseTo(0.9, 9)
    expect(detectableFailures({ planned: 1, fresh: 0, ...every }, 1)).toBe(1)
  })
})
