import { describe, expect, test } from 'vitest'
import { breakingPointChecks } from '../../../src/compare/study/breaking-point-check.ts'
import type { BreakingPointStudy, ProbeNote } from '../../../src/domain/study/breaking-point.ts'
import { StudySchema } from '../../../src/domain/study/study-schema.ts'
import { breakingPointReport } from '../../../src/report/study/breaking-point-report.ts'
import { studySections } from '../../../src/report/study/markdown-studies.ts'
import { reportOf } from '../../../src/report/study/study-report.ts'
import { sessionOf } from '../sessions.ts'
import { linesOf, studyWith } from './result-lines.ts'

function probe(load: ProbeNote['load'], more: Partial<ProbeNote> = {}): ProbeNote {
  return {
    load,
    runs: 225,
    durationMs: 10_000,
    throughputPerSecond: 20,
    values: [1_100, 0],
    mostInFlight: 24,
    failures: { error: 0, timeout: 0, dropped: 0 },
    endedEarly: false,
    ...more,
  }
}

const found: BreakingPointStudy = {
  objectives: [
    { metric: 'responseTimeMs', statistic: 'p95', bound: 3_000 },
    { metric: 'failureRatio', bound: 0.02 },
  ],
  answer: {
    answer: 'found',
    sustainedPerSecond: 18.8,
    failingPerSecond: 20.1,
    bound: { objective: 0 },
    shape: 'smooth',
    interval: { low: 17, high: 22.5 },
  },
  probes: [
    probe({ concurrency: 1 }, { runs: 59, throughputPerSecond: 1, mostInFlight: 1, values: [1_000, 0] }),
    probe({ concurrency: 1_024 }, { mostInFlight: 1_024, values: [12_345, null] }),
    probe({ ratePerSecond: 20.1 }, { values: [4_000, 0.1], broken: { objective: 0 }, endedEarly: true }),
    probe({ ratePerSecond: 18.8 }, { throughputPerSecond: undefined }),
  ],
}

describe('a search as a table', () => {
  test('has a row for each load, with what it broke', () => {
    expect(linesOf({ kind: 'breakingPoint', breakingPoint: found }, 'pass')).toEqual([
      '✔ desk > refund for the highest load with response time p95 at most 3 s and at most 2.0% of the runs failed',
      '  load           runs  throughput                    in flight  response time p95  failures',
      '  1 at once        59         1/s  ▊                         1                1 s        0%',
      '  1,024 at once   225        20/s  ████████████████      1,024             12.3 s         –',
      '  20.1/s          225        20/s  ████████████████         24                4 s     10.0%  response time p95 was too high',
      '  18.8/s          225           –                           24              1.1 s        0%  sustained',
      '  Sustains 18.8/s (95%: 17/s to 22.5/s). At 20.1/s response time p95 was too high; it bends before it breaks.',
      '  734 runs were made to find out.',
    ])
  })

  test('tells failed runs where there are any, whatever became of them', () => {
    const failures = { error: 1, timeout: 2, dropped: 3 }
    const probes = found.probes.map((one, position) => (position === 2 ? { ...one, failures } : one))
    const { columns, rows } = breakingPointReport({ ...found, probes })
    const at = columns.findIndex(({ heading }) => heading === 'failed')
    expect(rows.map((row) => row[at])).toEqual(['0', '0', '6', '0'])
    expect(breakingPointReport(found).columns.map(({ heading }) => heading)).not.toContain('failed')
  })

  test('bears that no probe came to a throughput', () => {
    const { rows } = breakingPointReport({
      ...found,
      probes: [probe({ concurrency: 1 }, { throughputPerSecond: undefined })],
    })
    expect(rows).toEqual([['1 at once', '225', '–', '', '24', '1.1 s', '0%', '']])
  })
})

describe('the answer', () => {
  const told = (answer: BreakingPointStudy['answer'], status: 'pass' | 'inconclusive' | 'fail' = 'pass') =>
    linesOf({ kind: 'breakingPoint', breakingPoint: { ...found, answer } }, status)

  test('of a cliff says so', () => {
    const { answer } = found
    if (answer.answer !== 'found') throw new Error('expected one that was found')
    expect(told({ ...answer, shape: 'cliff', bound: 'failures' })).toContain(
      '  Sustains 18.8/s (95%: 17/s to 22.5/s). At 20.1/s too many runs failed; a cliff: a little less does no harm.',
    )
  })

  test('of a load that was not reached is at least', () => {
    expect(told({ answer: 'notReached', atLeastPerSecond: 40, cap: 'runs' })).toContain(
      '  Sustains at least 40/s: nothing broke.',
    )
  })

  test('comes with what is undecided, and what to do then', () => {
    const breakingPoint: BreakingPointStudy = {
      ...found,
      answer: { answer: 'notReached', atLeastPerSecond: 40, cap: 'concurrency' },
    }
    const checks = breakingPointChecks(breakingPoint, undefined)
    const told = reportOf({ ...studyWith({ kind: 'breakingPoint', breakingPoint }, 'inconclusive'), checks })
    expect(told.sentences.at(-1)).toBe(
      'It sustains at least 40/s; the highest number of runs in flight was reached before anything broke. Raise `maxConcurrency`.',
    )
    const passed = checks.map((check) => ({ ...check, status: 'pass' as const }))
    expect(reportOf({ ...studyWith({ kind: 'breakingPoint', breakingPoint }), checks: passed }).sentences).toHaveLength(
      2,
    )
  })

  test('comes with what failed in RESULTS.md, for a terminal tells that at its top', () => {
    const checks = breakingPointChecks(found, 30)
    const record = { ...studyWith({ kind: 'breakingPoint', breakingPoint: found }, 'fail'), checks }
    expect(reportOf(record).sentences).toHaveLength(2)
    const [section] = studySections(sessionOf([], { studies: [{ record, failed: true, place: undefined }] }))
    expect(section?.after.at(-1)).toContain('under its threshold of 30/s')
  })

  test('of a refusal is none, and its mark says whether that fails', () => {
    const refused = { answer: 'refused', reason: 'insideNoise', objective: 0 } as const
    expect(told(refused, 'inconclusive')[0]).toMatch(/^▲ desk > refund/)
    expect(told(refused, 'fail')[0]).toMatch(/^✖ desk > refund/)
    expect(told(refused)).toContain('  No answer.')
  })
})

test('a search is read from a file as it was written', () => {
  const answers: BreakingPointStudy['answer'][] = [
    found.answer,
    { answer: 'notReached', atLeastPerSecond: 40, cap: 'cost' },
    { answer: 'refused', reason: 'cap', cap: 'runs' },
    { answer: 'refused', reason: 'insideNoise', objective: 0 },
  ]
  for (const answer of answers) {
    const study = studyWith({ kind: 'breakingPoint', breakingPoint: { ...found, answer } })
    expect(StudySchema.parse(JSON.parse(JSON.stringify(study)))).toEqual(JSON.parse(JSON.stringify(study)))
  }
  const [wrong] = [{ answer: 'notReached', atLeastPerSecond: 40, cap: 'patience' }] as unknown as typeof answers
  if (wrong === undefined) throw new Error('expected an answer')
  const study = studyWith({ kind: 'breakingPoint', breakingPoint: { ...found, answer: wrong } })
  expect(StudySchema.safeParse(study).success).toBe(false)
})
