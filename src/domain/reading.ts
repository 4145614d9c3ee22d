import { metrics } from './metric.ts'
import { type DistributionMetricName, type RunMetricName, runMetricNames } from './metric-name.ts'
import { isCensored, type Samples, valueAt } from './sample.ts'

/** The values of one metric over some runs. */
export interface Reading {
  values: number[]
  /** Of each value the position of its run. */
  runs: number[]
  /** How many runs, or model calls, should have had a value and had none. */
  missing: number
  /** Those of `values` that are lower bounds, because a limit stopped their run. */
  bounds: number[]
}

/** The values of the metric `name` over `runs`, or over their model calls. */
export function readMetric(samples: Samples, runs: readonly number[], name: DistributionMetricName): Reading {
  const ofRun = runMetricNames.find((one) => one === name)
  return ofRun === undefined ? readCalls(samples, runs, name) : readRuns(samples, runs, ofRun)
}

/** The values of the score `name` over `runs`. */
export function readScore(samples: Samples, runs: readonly number[], name: string): Reading {
  const column = samples.scores.get(name)
  return collected(runs, (index) => valueAt(column, index))
}

function readRuns(samples: Samples, runs: readonly number[], name: RunMetricName): Reading {
  const metric = metrics[name]
  const reading = collected(runs, (index) => metric.read(samples, index))
  if (!metric.grows) return reading
  return {
    ...reading,
    bounds: reading.values.filter((_, position) => isCensored(samples, reading.runs[position] ?? 0)),
  }
}

function readCalls(samples: Samples, runs: readonly number[], name: DistributionMetricName): Reading {
  const members = new Set(runs)
  const reading: Reading = { values: [], runs: [], missing: 0, bounds: [] }
  for (const [index, run] of samples.calls.index.entries())
    if (members.has(run)) note(reading, run, metrics[name].read(samples, index))
  return reading
}

function collected(runs: readonly number[], read: (index: number) => number | undefined): Reading {
  const reading: Reading = { values: [], runs: [], missing: 0, bounds: [] }
  for (const index of runs) note(reading, index, read(index))
  return reading
}

function note(reading: Reading, run: number, value: number | undefined): void {
  if (value === undefined) reading.missing += 1
  else {
    reading.values.push(value)
    reading.runs.push(run)
  }
}
