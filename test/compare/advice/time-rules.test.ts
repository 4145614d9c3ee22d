import { describe, expect, test } from 'vitest'
import { adviceOf } from '../../../src/compare/advice/advise.ts'
import { blockedEventLoop } from '../../../src/compare/advice/blocked-event-loop.ts'
import { coldConnections } from '../../../src/compare/advice/cold-connections.ts'
import type { Observation, SeenRun } from '../../../src/compare/advice/evidence.ts'
import { retries } from '../../../src/compare/advice/retries.ts'
import { sequentialTools } from '../../../src/compare/advice/sequential-tools.ts'
import { slowTool } from '../../../src/compare/advice/slow-tool.ts'
import type { ModelCall } from '../../../src/domain/span.ts'
import type { Span } from '../../../src/domain/trace.ts'
import { times } from '../../domain/given.ts'
import { asking, call, evidence, seenRun, tool } from './given.ts'

const savedOf = (found: readonly Observation[]) => found.map(({ savedMs }) => savedMs)

describe('tools one after another', () => {
  const found = (spans: Span[], calls: ModelCall[] = [asking(0, 100, 'a', 'b'), call(500, 600)], more = {}) =>
    sequentialTools(evidence([seenRun({ calls, spans, ...more })]))

  test('would save all but the longest', () => {
    expect(found([tool('a', 100, 200), tool('b', 200, 450)])).toMatchObject([
      { savedMs: [100], place: [{ name: 'model call 1' }, { name: 'a' }, { name: 'b' }] },
    ])
  })

  test('would save what does not overlap where they do in part, and nothing of what lies between them', () => {
    expect(savedOf(found([tool('a', 100, 200), tool('b', 150, 250)]))).toEqual([[50]])
    expect(savedOf(found([tool('a', 100, 200), tool('b', 300, 400)]))).toEqual([[100]])
  })

  test.for([
    ['ran together', [tool('a', 100, 200), tool('b', 100, 250)], undefined],
    [
      'were asked for one by one',
      [tool('a', 100, 200), tool('b', 300, 450)],
      [asking(0, 100, 'a'), asking(200, 300, 'b')],
    ],
    ['came after the next call', [tool('a', 100, 200), tool('b', 700, 800)], undefined],
    ['are others than those asked for', [tool('a', 100, 200), tool('c', 200, 300)], undefined],
    ['lie in one another', [tool('a', 100, 400), tool('b', 200, 300, 0)], undefined],
  ] as const)('are not told where they %s', ([, spans, calls]) => {
    expect(found([...spans], calls && [...calls])).toEqual([])
  })

  test('are those of the agent that asked', () => {
    const agents: Span[] = ['first', 'second'].map((name) => ({ kind: 'agent', name, startedAtMs: 0, endedAtMs: 600 }))
    const calls = [
      { ...asking(0, 100, 'a', 'b'), within: 0 },
      { ...asking(0, 100, 'b'), within: 1 },
    ]
    const spans = [...agents, tool('a', 100, 200, 0), tool('b', 200, 300, 1)]
    expect(found(spans, calls)).toEqual([])
  })

  test('may start before a stream has ended, and may be phases that bear their names', () => {
    const streamed = { ...asking(0, 200, 'a', 'b'), streamed: true, firstContentAtMs: 50 }
    const phase = (name: string, from: number, to: number): Span => ({ ...tool(name, from, to), kind: 'phase' })
    expect(savedOf(found([phase('a', 100, 200), phase('b', 200, 300)], [streamed]))).toEqual([[100]])
  })

  test('save nothing by what they compute, for that does not go on side by side', () => {
    const blocked = [{ startMs: 100, endMs: 300 }]
    expect(found([tool('a', 100, 200), tool('b', 200, 300)], undefined, { blocked })).toEqual([])
  })
})

describe('a slow tool', () => {
  const found = (spans: Span[], calls: ModelCall[] = [], more = {}) =>
    slowTool(evidence([seenRun({ spans, calls, ...more })]))

  test('is told from half of a run on, with the time that is its own', () => {
    expect(savedOf(found([tool('search', 100, 700)]))).toEqual([[600]])
    expect(found([tool('search', 100, 590)])).toEqual([])
  })

  test('shares its time with model calls and other tools that are on beside it', () => {
    expect(savedOf(found([tool('search', 0, 900), tool('other', 0, 100)], [call(700, 900)]))).toEqual([[600]])
  })

  test('has the time of tools within it, and not of the model calls that it makes', () => {
    const spans = [tool('research', 0, 1000), tool('search', 0, 900, 0)]
    expect(savedOf(found(spans, [{ ...call(900, 1000), within: 0 }]))).toEqual([[900], [900]])
  })

  test('is none where running tools together, or computing elsewhere, saves the time', () => {
    const spans = [tool('search', 100, 400), tool('search', 400, 700), tool('search', 700, 1000)]
    expect(found(spans, [asking(0, 100, 'search', 'search', 'search')])).toEqual([])
    expect(found([tool('search', 0, 900)], [], { blocked: [{ startMs: 0, endMs: 900 }] })).toEqual([])
  })
})

describe('retries', () => {
  const refused = (startedAtMs: number, endedAtMs: number) =>
    call(startedAtMs, endedAtMs, {
      status: 429,
      usage: undefined,
      failure: { class: 'rateLimit', message: 'slow down' },
    })

  test('lose the time until the next attempt starts, but for what other calls were on', () => {
    const calls = [refused(0, 50), { ...call(400, 500), retryOf: 0 }, call(100, 200)]
    expect(retries(evidence([seenRun({ calls })]))).toMatchObject([{ savedMs: [300], savedTokens: [0], savedUsd: [0] }])
  })

  test('lose the tokens that an attempt had cost; unknown ones are no zero', () => {
    const cut = call(0, 50, { failure: { class: 'connection', message: 'cut' }, costUsd: 0.01 })
    const again = { ...call(60, 100), retryOf: 0 }
    expect(retries(evidence([seenRun({ calls: [cut, again] })]))).toMatchObject([
      { savedTokens: [1100], savedUsd: [0.01] },
    ])
    const untold = [{ ...cut, usage: undefined }, again]
    expect(retries(evidence([seenRun({ calls: untold })]))[0]).toMatchObject({
      savedTokens: undefined,
      savedUsd: undefined,
    })
  })

  test('after a fault that was injected are no news', () => {
    const calls = [
      { ...refused(0, 50), injected: 'rateLimit' as const },
      { ...call(400, 500), retryOf: 0 },
    ]
    expect(retries(evidence([seenRun({ calls })]))).toEqual([])
  })
})

describe('cold connections', () => {
  const connected = (startedAtMs: number, newConnection: boolean, waitMs = 40) =>
    call(startedAtMs, startedAtMs + 60, { newConnection, sentAtMs: startedAtMs + waitMs })
  const runsOf = (calls: ModelCall[][], everyMs = 1000): SeenRun[] =>
    calls.map((some, index) => seenRun({ startedAtMs: index * everyMs, calls: some }))

  test('are those opened while two others were idle: a pool may open a second one, for the first is free a moment later', () => {
    const runs = runsOf(times(4, () => [connected(0, true), connected(100, true)]))
    expect(savedOf(coldConnections(evidence(runs)))).toEqual([[0, 80, 80, 80]])
  })

  test.for([
    ['are kept', runsOf([[connected(0, true), connected(100, true)], ...times(3, () => [connected(0, false, 0)])])],
    [
      'were idle for so long that they are closed',
      runsOf(
        times(4, () => [connected(0, true)]),
        5000,
      ),
    ],
    ['are all in use', runsOf([times(6, (index) => ({ ...connected(index, true), endedAtMs: 900 }))])],
    ['are not told by the transport', runsOf(times(4, () => [call(0, 60), call(100, 160)]))],
  ] as const)('are none where connections %s', ([, runs]) => {
    expect(coldConnections(evidence(runs))).toEqual([])
  })

  test('were left open by runs that are not looked at, too', () => {
    const runs = runsOf(times(4, () => [connected(0, true), connected(100, true)]))
    expect(savedOf(coldConnections(evidence(runs.slice(2), { traced: runs })))).toEqual([[80, 80]])
    expect(savedOf(coldConnections(evidence(runs.slice(2))))).toEqual([[0, 80]])
  })

  test('are told for each host', () => {
    const other = { url: 'https://other.example/v1/chat/completions' }
    const runs = runsOf(
      times(4, () => [{ ...connected(0, true), ...other }, connected(100, false, 0)]),
      100,
    )
    const [only, ...others] = coldConnections(evidence(runs))
    expect(only?.place).toEqual([{ kind: 'modelCall', name: 'model calls to other.example' }])
    expect(others).toEqual([])
  })
})

describe('a blocked event loop', () => {
  const block = { startMs: 300, endMs: 600 }
  const computes = seenRun({
    calls: [call(0, 300), call(600, 700)],
    spans: [tool('parse', 300, 600)],
    blocked: [block],
  })
  const waits = seenRun({ calls: [call(0, 200), call(250, 620)], blocked: [block] })
  const undisturbed = seenRun({ calls: [call(0, 200), call(250, 350)] })

  test('saves nobody knows what where one run is in flight, and is told from a fifth of its time on', () => {
    expect(blockedEventLoop(evidence([computes]))).toMatchObject([
      { savedMs: undefined, takenMs: [300], place: [{ name: 'parse' }] },
    ])
    const short = seenRun({ calls: [call(0, 900)], blocked: [{ startMs: 0, endMs: 190 }] })
    expect(blockedEventLoop(evidence([short, short]))).toEqual([])
  })

  test('saves what calls of other runs took longer than without it', () => {
    const found = blockedEventLoop(evidence([computes, waits, undisturbed], { alone: false }))
    expect(savedOf(found)).toEqual([[0, 270, 0]])
  })

  test('is none where fewer than half of the runs are blocked: code is loaded, garbage is collected', () => {
    const long = { ...computes, blocked: [{ startMs: 100, endMs: 900 }] }
    expect(blockedEventLoop(evidence([long, undisturbed]))).toHaveLength(1)
    expect(blockedEventLoop(evidence([long, undisturbed, undisturbed]))).toEqual([])
  })

  test('is none where it is blocked for less than 50 ms at a time', () => {
    const blocked = times(10, (index) => ({ startMs: index * 100, endMs: index * 100 + 45 }))
    expect(blockedEventLoop(evidence([seenRun({ blocked })]))).toEqual([])
  })
})

describe('advice', () => {
  const slow = seenRun({ calls: [asking(0, 100, 'a', 'b')], spans: [tool('a', 100, 300), tool('b', 300, 500)] })

  test('says the mean over all runs, in how many it was seen, and the share of a run', () => {
    expect(adviceOf(evidence([slow, seenRun(), slow, seenRun()]))).toMatchObject([
      { rule: 'sequentialTools', impact: { savedMs: 100 }, shareRatio: 0.1, seen: { runs: 2, of: 4 } },
    ])
  })

  test('is not given for less than 5% of a run, or for less than 5 ms', () => {
    expect(adviceOf(evidence([slow, slow, ...times(7, () => seenRun())]))).toEqual([])
    const short = seenRun({ latencyMs: 12, calls: [asking(0, 1, 'a', 'b')], spans: [tool('a', 1, 5), tool('b', 5, 9)] })
    expect(adviceOf(evidence([short])).filter(({ rule }) => rule === 'sequentialTools')).toEqual([])
  })

  test('names the case where nearly all of it is lost in one of several', () => {
    const of = (caseName: string, run: SeenRun) => ({ ...run, caseName })
    const placeOf = (...runs: SeenRun[]) => adviceOf(evidence(runs))[0]?.place[0]
    expect(placeOf(of('large', slow), of('large', slow), of('small', seenRun()))).toEqual({
      kind: 'case',
      name: 'large',
    })
    expect(placeOf(of('large', slow), of('small', slow))).toEqual({ kind: 'modelCall', name: 'model call 1' })
  })

  test('is not given for what happened once, where there is more than one run', () => {
    expect(adviceOf(evidence([slow, seenRun()]))).toEqual([])
    expect(adviceOf(evidence([slow]))).toHaveLength(1)
  })

  test('comes with the largest share first', () => {
    const refused = call(500, 520, { status: 500, usage: undefined, failure: { class: 'provider', message: 'no' } })
    const both = { ...slow, calls: [...slow.calls, refused, { ...call(900, 950), retryOf: 1 }] }
    expect(adviceOf(evidence([both])).map(({ rule }) => rule)).toEqual(['retries', 'sequentialTools'])
  })

  test('under replay says nothing that hangs on how long models took', () => {
    const refused = call(500, 520, { status: 500, usage: undefined, failure: { class: 'provider', message: 'no' } })
    const both = { ...slow, calls: [...slow.calls, refused, { ...call(900, 950), retryOf: 1 }] }
    expect(adviceOf(evidence([both], { replayed: true })).map(({ rule }) => rule)).toEqual(['sequentialTools'])
  })

  test('is none where there is no run to look at', () => {
    expect(adviceOf(evidence([]))).toEqual([])
  })
})
