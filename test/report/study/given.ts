import type { StudyRecord } from '../../../src/domain/study/study.ts'
import type { Sweep, SweepLevel } from '../../../src/domain/study/sweep.ts'

/** A study that made `sweep`. */
export function studyOf(sweep: Sweep, more: Partial<StudyRecord> = {}): StudyRecord {
  return {
    schemaVersion: 1,
    study: '7f1f7a52-3f66-4a52-8a0e-6d2f6f5d1c11',
    identity: { project: 'perf', file: 'test/refund.perf.ts', suite: ['desk'], name: 'refund', id: 'refund' },
    attempt: 0,
    startedAt: '2026-11-20T09:00:00.000Z',
    durationMs: 9_000,
    runs: sweep.levels.reduce((sum, { runs }) => sum + runs, 0),
    spentUsd: 0.3,
    status: 'pass',
    checks: [],
    result: { kind: 'sweep', sweep },
    ...more,
  }
}

function scaled(concurrency: number, ratio: number, more: Partial<SweepLevel> = {}): SweepLevel {
  return {
    name: String(concurrency),
    concurrency,
    execution: `execution-${concurrency}`,
    runs: Math.max(30, 10 * concurrency),
    successRatio: 1,
    throughputPerSecond: 40 * concurrency * ratio,
    p50Ms: 24 / ratio,
    p95Ms: 30 / ratio,
    efficiency: { ratio, idealPerSecond: 40 * concurrency },
    ...more,
  }
}

/** A sweep over concurrency whose agents share a queue, as it was at 20 in flight. */
export const overConcurrency: Sweep = {
  over: 'concurrency',
  levels: [
    scaled(1, 1),
    scaled(5, 0.8, {
      efficiency: {
        ratio: 0.8,
        interval: { low: 0.71, high: 0.88 },
        idealPerSecond: 200,
        loss: { other: 0.15, model: 0.05 },
      },
    }),
    scaled(20, 0.25, {
      successRatio: 0.985,
      eventLoopDelayMs: 72,
      efficiency: {
        ratio: 0.25,
        interval: { low: 0.21, high: 0.3 },
        idealPerSecond: 800,
        loss: { other: 0.45, backOff: 0.3, tool: 0.004 },
      },
    }),
  ],
  law: { contentionRatio: 0.058, crosstalkRatio: 0.006, peakConcurrency: 12.6, peakPerSecond: 208 },
  leads: [],
}

/** A sweep over models of which one is cheaper and one may be faster. */
export const overModels: Sweep = {
  over: 'model',
  levels: [
    {
      name: 'gpt-5.1',
      execution: 'execution-1',
      runs: 30,
      successRatio: 1,
      throughputPerSecond: 0.5,
      p50Ms: 2_000,
      p95Ms: 2_900,
      totalTokens: 812.4,
      costUsd: 0.012,
    },
    {
      name: 'gpt-5-mini',
      execution: 'execution-2',
      runs: 30,
      successRatio: 0.9,
      throughputPerSecond: 0.6,
      p50Ms: 1_800,
      p95Ms: 3_100,
      totalTokens: 640,
      costUsd: 0.0011,
    },
  ],
  leads: [
    { metric: 'successRatio', best: 0, next: 1, changeRatio: 0.1, p: 0.238, isReal: false },
    { metric: 'latencyMs', best: 1, next: 0, changeRatio: -0.1, p: 0.0412, isReal: true },
    { metric: 'totalTokens', best: 1, next: 0, changeRatio: -0.2122, p: 0.0001, isReal: true },
    { metric: 'costUsd', best: 0, next: 1, changeRatio: 0, p: 1, isReal: false },
  ],
}
