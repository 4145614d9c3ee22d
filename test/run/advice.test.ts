import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunTrace } from '../../src/domain/trace.ts'
import { type Advised, adviceFor } from '../../src/run/advice.ts'
import { asking, call, tool } from '../compare/advice/given.ts'
import { type GivenRun, samplesOf, times } from '../domain/given.ts'
import { planOf } from './plans.ts'

/** A run of 600 ms, of which two tools one after another waste 200. */
function wasteful(index: number): RunTrace {
  const startedAtMs = index * 1000
  const calls = [asking(0, 100, 'a', 'b'), call(500, 600)]
  const spans = [tool('a', 100, 300), tool('b', 300, 500)]
  return { index, startedAtMs, endedAtMs: startedAtMs + 600, calls, spans }
}

const originMs = 5000

function adviceWith(runs: GivenRun[], traces: RunTrace[], more: Partial<Advised> = {}) {
  return adviceFor({
    plan: planOf(),
    mode: 'live',
    samples: samplesOf(runs),
    traces,
    late: [],
    blocked: [],
    originMs,
    ...more,
  })
}

const runs = (count: number): GivenRun[] =>
  times(count, (index) => ({ startedAtMs: index * 1000, endedAtMs: index * 1000 + 600 }))

test('stands on the runs whose traces were kept', () => {
  const [only, ...others] = adviceWith(runs(10), times(4, wasteful))
  expect(only).toMatchObject({ rule: 'sequentialTools', impact: { savedMs: 200 }, seen: { runs: 4, of: 4 } })
  expect(others).toEqual([])
})

test('leaves out runs that came to nothing, for they are not timed', () => {
  const given = runs(4).map((run, index): GivenRun => ({ ...run, outcome: index < 2 ? 'error' : 'ok' }))
  expect(adviceWith(given, times(4, wasteful))).toMatchObject([{ seen: { runs: 2, of: 2 } }])
})

describe('runs that the machine disturbed', () => {
  const late = [{ fromMs: originMs + 100, toMs: originMs + 1500 }]

  test('are left out', () => {
    expect(adviceWith(runs(4), times(4, wasteful), { late })).toMatchObject([{ seen: { of: 2 } }])
  })

  test('are looked at all the same where there are no others', () => {
    expect(adviceWith(runs(2), times(2, wasteful), { late })).toMatchObject([{ seen: { of: 2 } }])
  })

  test('are not those that computed themselves', () => {
    expect(adviceWith(runs(4), times(4, wasteful), { late, blocked: late })[0]).toMatchObject({ seen: { of: 4 } })
  })
})

test('what the process computed is placed in the runs by the clock', () => {
  const computing = (index: number): RunTrace => ({ ...wasteful(index), calls: [], spans: [tool('parse', 100, 500)] })
  const blocked = times(4, (index) => ({ fromMs: originMs + index * 1000 + 110, toMs: originMs + index * 1000 + 500 }))
  expect(adviceWith(runs(4), times(4, computing), { blocked })).toMatchObject([
    { rule: 'blockedEventLoop', place: [{ kind: 'tool', name: 'parse' }], impact: {} },
  ])
})

// Times of real machines, with their drift and their steps: fixtures/data/README.md.
test('runs that differ by the noise of real machines get none', () => {
  const file = new URL('../../fixtures/data/cloud-vm-noise-launch-programs.csv', import.meta.url)
  const [head = '', ...rows] = readFileSync(file, 'utf8').trim().split('\n')
  const column = head.split(',').indexOf('value')
  const values = rows.map((row) => Number(row.split(',')[column]))
  const usual = values.toSorted((a, b) => a - b)[values.length >> 1] ?? 1
  const noise = values.map((value) => value / usual)
  const healthy = (index: number): RunTrace => {
    const factor = (part: number) => noise[(index * 4 + part) % noise.length] ?? 1
    const answeredMs = 400 * factor(0)
    const lookedUpMs = answeredMs + 120 * factor(1)
    const endMs = lookedUpMs + 400 * factor(3)
    const spans = [tool('a', answeredMs, lookedUpMs), tool('b', answeredMs, answeredMs + 120 * factor(2))]
    const connected = { newConnection: index === 0, sentAtMs: 1 }
    const calls = [
      { ...asking(0, answeredMs, 'a', 'b'), ...connected },
      call(lookedUpMs, endMs, { newConnection: false }),
    ]
    const startedAtMs = index * 2000
    return { index, startedAtMs, endedAtMs: startedAtMs + endMs, calls, spans }
  }
  expect(noise.length).toBeGreaterThan(6000)
  for (let first = 0; first + 20 <= noise.length / 4; first += 20) {
    const traces = times(20, (index) => ({ ...healthy(first + index), index }))
    expect(adviceWith(runs(20), traces)).toEqual([])
  }
})
