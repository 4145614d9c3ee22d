import type { RunMeasurement } from '../../src/measure/measurement.ts'

/** What an ok run came to that took 10 ms and called no model, with `changes`. */
export function runMeasurement(changes: Partial<RunMeasurement> = {}): RunMeasurement {
  return {
    outcome: 'ok',
    interrupted: false,
    abandoned: false,
    startedMs: 0,
    endedMs: 10,
    output: 'done',
    calls: [],
    spans: [],
    values: {},
    waste: {},
    shares: [],
    turns: [],
    scores: undefined,
    models: [],
    unpriced: [],
    priced: [],
    untold: 0,
    openStreams: 0,
    spentUsd: 0,
    ...changes,
  }
}
