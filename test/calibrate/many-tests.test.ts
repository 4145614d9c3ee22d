import { expect, test } from 'vitest'
import { casesExperiment } from '../../calibrate/cases-experiment.ts'
import { metricsExperiment } from '../../calibrate/metrics-experiment.ts'

test.each([
  [
    'every metric of a scenario',
    metricsExperiment(1),
    ['false_alarm_per_scenario.all_metrics', 'cost.extra_runs_ratio.all_metrics'],
  ],
  [
    'many cases of few runs',
    casesExperiment(1),
    [
      'false_alarm.cases',
      'false_alarm.compare.cases',
      'cost.extra_runs_ratio.cases',
      'found.one_case_tripled.sigma_20',
    ],
  ],
])('a trial of %s is told by the same lines, and comes out alike from the same seed', (_, { trial }, names) => {
  const told = trial(7, 0)
  expect(told.map(({ name }) => name)).toEqual(names)
  for (const { hits, n } of told) {
    expect(n).toBeGreaterThan(0)
    expect(hits / n).toBeLessThanOrEqual(1.5)
  }
  expect(trial(7, 0)).toEqual(told)
  expect(trial(8, 1).map(({ hits }) => hits)).toHaveLength(names.length)
})
