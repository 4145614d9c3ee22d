import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import type { StudyRecord } from '../../../src/domain/study/study.ts'
import type { Lead, Sweep } from '../../../src/domain/study/sweep.ts'
import { studySections } from '../../../src/report/study/markdown-studies.ts'
import { studyLines } from '../../../src/report/study/study-lines.ts'
import { sweepReport } from '../../../src/report/study/sweep-report.ts'
import { renderTerminal } from '../../../src/report/terminal.ts'
import { paperOf } from '../../../src/report/terminal-paper.ts'
import { displayWidth } from '../../../src/report/text.ts'
import { sessionOf } from '../sessions.ts'
import { overConcurrency, overModels, studyOf } from './given.ts'

const sessionWith = (record: StudyRecord, failed = false) =>
  sessionOf([], { studies: [{ record, failed, place: 'test/refund.perf.ts:4:1' }] })
const linesOf = (sweep: Sweep, columns: number, more: Partial<StudyRecord> = {}, failed = false) =>
  studyLines(sessionWith(studyOf(sweep, more), failed), paperOf(columns, pc.createColors(false)))

describe('a sweep over concurrency in a terminal', () => {
  test('of 120 columns', () => {
    expect(linesOf(overConcurrency, 120)).toMatchInlineSnapshot(`
      [
        "✔ desk > refund over concurrency, in turns",
        "  concurrency  runs     ok  throughput                    ideal  efficiency  95%               p50      p95",
        "            1    30   100%        40/s  ███▎               40/s        100%  –               24 ms    30 ms",
        "            5    50   100%       160/s  ████████████▊     200/s       80.0%  71.0% to 88.0%  30 ms  37.5 ms",
        "           20   200  98.5%       200/s  ████████████████  800/s       25.0%  21.0% to 30.0%  96 ms   120 ms",
        "  20 at once do 5 times as much as one: 75.0% of what they could do is overhead.",
        "  Universal Scalability Law: contention 5.8%, crosstalk 0.6%; throughput peaks at about 13 at once with 208/s.",
        "  At 20 the event loop was up to 72 ms late: this process is part of what limits it.",
      ]
    `)
  })

  test('of 60 columns', () => {
    expect(linesOf(overConcurrency, 60)).toMatchInlineSnapshot(`
      [
        "✔ desk > refund over concurrency, in turns",
        "  concurrency  throughput                    efficiency",
        "            1        40/s  ███▎                    100%",
        "            5       160/s  ████████████▊          80.0%",
        "           20       200/s  ████████████████       25.0%",
        "  20 at once do 5 times as much as one: 75.0% of what they",
        "  could do is overhead.",
        "  Universal Scalability Law: contention 5.8%, crosstalk",
        "  0.6%; throughput peaks at about 13 at once with 208/s.",
        "  At 20 the event loop was up to 72 ms late: this process is",
        "  part of what limits it.",
      ]
    `)
  })
})

describe('a sweep over models in a terminal', () => {
  test('of 120 columns', () => {
    expect(linesOf(overModels, 120)).toMatchInlineSnapshot(`
      [
        "✔ desk > refund over model, in turns",
        "  model       runs     ok  throughput                      p50    p95  tokens     cost",
        "  gpt-5.1       30   100%       0.5/s  █████████████▍      2 s  2.9 s     812   $0.012",
        "  gpt-5-mini    30  90.0%       0.6/s  ████████████████  1.8 s  3.1 s     640  $0.0011",
        "  Most reliable: gpt-5.1, +10.0 points against gpt-5-mini; the lead may be chance (p 0.238).",
        "  Fastest: gpt-5-mini, -10.0% against gpt-5.1; the lead is real (p 0.041).",
        "  Fewest tokens: gpt-5-mini, -21.2% against gpt-5.1; the lead is real (p <0.001).",
        "  Cheapest: gpt-5.1 and gpt-5-mini alike.",
      ]
    `)
  })

  test('of 60 columns', () => {
    expect(linesOf(overModels, 60)).toMatchInlineSnapshot(`
      [
        "✔ desk > refund over model, in turns",
        "  model          ok  throughput                      p50",
        "  gpt-5.1      100%       0.5/s  █████████████▍      2 s",
        "  gpt-5-mini  90.0%       0.6/s  ████████████████  1.8 s",
        "  Most reliable: gpt-5.1, +10.0 points against gpt-5-mini;",
        "  the lead may be chance (p 0.238).",
        "  Fastest: gpt-5-mini, -10.0% against gpt-5.1; the lead is",
        "  real (p 0.041).",
        "  Fewest tokens: gpt-5-mini, -21.2% against gpt-5.1; the",
        "  lead is real (p <0.001).",
        "  Cheapest: gpt-5.1 and gpt-5-mini alike.",
      ]
    `)
  })
})

test.each([40, 50, 60, 80, 100, 120, 200])('no line passes %i columns', (columns) => {
  for (const sweep of [overConcurrency, overModels])
    for (const line of linesOf(sweep, columns)) expect(displayWidth(line), line).toBeLessThanOrEqual(columns)
})

test('the mark of a sweep says how it ended, and its name which attempt it was', () => {
  const [passed] = linesOf(overConcurrency, 120)
  expect(passed).toBe('✔ desk > refund over concurrency, in turns')
  expect(linesOf(overConcurrency, 120, {}, true)[0]).toMatch(/^✖ /)
  expect(linesOf(overConcurrency, 120, { status: 'inconclusive' })[0]).toMatch(/^▲ /)
  expect(linesOf(overConcurrency, 120, { attempt: 1 })[0]).toContain('desk > refund (attempt 2) over concurrency')
})

describe('what follows from a sweep', () => {
  const sentencesOf = (more: Partial<Sweep>) => sweepReport({ ...overConcurrency, ...more }).sentences
  const lead: Lead = { metric: 'latencyMs', best: 0, next: 1, changeRatio: -0.25, p: 0.2, isReal: false }
  const leading = (more: Partial<Lead>) => sweepReport({ ...overModels, leads: [{ ...lead, ...more }] }).sentences

  test('is told of the level with most in flight, in whatever order they were given', () => {
    const levels = overConcurrency.levels.toReversed()
    expect(sentencesOf({ levels })).toEqual(sentencesOf({}))
  })

  test('is nothing without a level of 1', () => {
    const levels = overConcurrency.levels.map((level) => ({ ...level, efficiency: undefined, eventLoopDelayMs: 50 }))
    expect(sentencesOf({ levels, law: undefined })).toEqual([])
  })

  test('is no overhead where they do more than they could', () => {
    const [first, second] = overConcurrency.levels
    if (first === undefined || second === undefined) throw new Error('expected two levels')
    const levels = [first, { ...second, efficiency: { ratio: 1.04, idealPerSecond: 200 } }]
    expect(sentencesOf({ levels, law: undefined })).toEqual([
      '5 at once do 5.2 times as much as one: 0% of what they could do is overhead.',
    ])
  })

  test('is no peak where there is none, and a rough one beyond what was measured', () => {
    const law = { contentionRatio: 0.1, crosstalkRatio: 0 }
    expect(sentencesOf({ law })[1]).toBe('Universal Scalability Law: contention 10.0%, crosstalk 0%; no peak.')
    expect(sentencesOf({ law: { ...law, crosstalkRatio: 0.0004, peakConcurrency: 31, peakPerSecond: 300 } })[1]).toBe(
      'Universal Scalability Law: contention 10.0%, crosstalk <0.1%; throughput peaks at about 31 at once with 300/s (beyond what was measured, so only roughly).',
    )
  })

  test('is a lead that may be chance, one that is real, and none', () => {
    expect(leading({})).toEqual(['Fastest: gpt-5.1, -25.0% against gpt-5-mini; the lead may be chance (p 0.200).'])
    expect(leading({ p: 0.0004, isReal: true })).toEqual([
      'Fastest: gpt-5.1, -25.0% against gpt-5-mini; the lead is real (p <0.001).',
    ])
    for (const changeRatio of [0, -0.0002])
      expect(leading({ changeRatio })).toEqual(['Fastest: gpt-5.1 and gpt-5-mini alike.'])
  })
})

describe('a column', () => {
  const headings = (sweep: Sweep) => sweepReport(sweep).columns.map(({ heading }) => heading)

  test('stands only where one level knows it', () => {
    expect(headings(overConcurrency)).not.toContain('cost')
    expect(headings(overModels)).toContain('cost')
    expect(headings(overModels)).not.toContain('efficiency')
  })

  test('says – where the others know more', () => {
    const [first, second, third] = overConcurrency.levels
    if (first === undefined || second === undefined || third === undefined) throw new Error('expected three levels')
    const { throughputPerSecond: _, efficiency: __, ...failed } = { ...third, successRatio: 0 }
    const { rows } = sweepReport({ ...overConcurrency, levels: [first, second, failed] })
    expect(rows[2]?.slice(0, 8)).toEqual(['20', '200', '0%', '–', '–', '–', '–', '–'])
  })
})

describe('the section of a sweep in Markdown', () => {
  test('is a table with what follows from it', () => {
    const [section] = studySections(sessionWith(studyOf(overConcurrency), true))
    expect([...(section?.before ?? []), ...(section?.rows ?? []), ...(section?.after ?? [])]).toMatchInlineSnapshot(`
      [
        "### ❌ desk &gt; refund over concurrency, in turns",
        "",
        "| concurrency | runs | ok | throughput |  | ideal | efficiency | 95% | p50 | p95 | lost to |",
        "|--:|--:|--:|--:|---|--:|--:|---|--:|--:|---|",
        "| 1 | 30 | 100% | 40/s | ███▎ | 40/s | 100% | – | 24 ms | 30 ms | – |",
        "| 5 | 50 | 100% | 160/s | ████████████▊ | 200/s | 80.0% | 71.0% to 88.0% | 30 ms | 37.5 ms | queue or own code 15.0%, model 5.0% |",
        "| 20 | 200 | 98.5% | 200/s | ████████████████ | 800/s | 25.0% | 21.0% to 30.0% | 96 ms | 120 ms | queue or own code 45.0%, rate limits 30.0% |",
        "",
        "20 at once do 5 times as much as one: 75.0% of what they could do is overhead.",
        "",
        "Universal Scalability Law: contention 5.8%, crosstalk 0.6%; throughput peaks at about 13 at once with 208/s.",
        "",
        "At 20 the event loop was up to 72 ms late: this process is part of what limits it.",
      ]
    `)
  })

  test('has a mark of how it ended', () => {
    const markOf = (more: Partial<StudyRecord>) => studySections(sessionWith(studyOf(overModels, more)))[0]?.before[0]
    expect(markOf({})).toBe('### ✅ desk &gt; refund over model, in turns')
    expect(markOf({ status: 'inconclusive' })).toMatch(/^### ⚠️ /)
  })
})

test('a session of nothing but a study that failed says what it failed', () => {
  const check = {
    status: 'fail',
    code: 'threshold',
    subject: 'efficiency of 20',
    message: 'The efficiency of 20 is 25.0%, under its threshold of 70.0%.',
    remedy: 'Look for a queue.',
  } as const
  const text = renderTerminal(sessionWith(studyOf(overConcurrency, { status: 'fail', checks: [check] }), true), {
    columns: 120,
    colors: false,
  })
  expect(text).toContain(check.message)
  expect(text).toContain('Look for a queue.')
  expect(text).toContain('desk > refund')
  expect(text).toContain('✖ desk > refund over concurrency, in turns')
})
