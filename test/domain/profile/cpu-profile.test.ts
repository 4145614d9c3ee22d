import { describe, expect, test } from 'vitest'
import { type CpuProfile, type ProfileNode, profileFrom, timesOf } from '../../../src/domain/profile/cpu-profile.ts'

const node = (id: number, functionName: string, children: number[] = [], url = 'file:///app/a.ts'): ProfileNode => ({
  id,
  callFrame: {
    functionName,
    scriptId: functionName.startsWith('(') ? '0' : '1',
    url: functionName.startsWith('(') ? '' : url,
    lineNumber: functionName.length,
    columnNumber: 0,
  },
  children,
})

// One of everything, the times by hand, in microseconds:
//   at 1500 program, 1700 agent, 2700 rank, 5700 agent, 6000 idle, 9000 collector, 9400 walk, 9900 walk in walk, 10400 rank in walk; end 12000
const given: CpuProfile = {
  nodes: [
    node(1, '(root)', [2, 3, 4, 5, 8]),
    node(2, '(program)'),
    node(3, '(idle)'),
    node(4, '(garbage collector)'),
    node(5, 'agent', [6]),
    node(6, 'rank'),
    node(8, 'walk', [9]),
    node(9, 'walk', [10]),
    node(10, 'rank'),
  ],
  startTime: 1000,
  endTime: 12_000,
  samples: [2, 5, 6, 5, 3, 4, 8, 9, 10],
  timeDeltas: [500, 200, 1000, 3000, 300, 3000, 400, 500, 500],
}

const rows = (profile: CpuProfile) =>
  timesOf(profile).functions.map(({ frame, selfMs, totalMs }) => [frame.functionName, selfMs, totalMs])

describe('a profile from an instant on', () => {
  test('has what was found since, at the same instants', () => {
    const later = profileFrom(given, 5_000)
    expect(later).toMatchObject({ startTime: 5_000, endTime: 12_000 })
    // At 5700 agent, 6000 idle, 9000 collector, then walk, walk and rank.
    expect(later.samples).toEqual([5, 3, 4, 8, 9, 10])
    expect(later.timeDeltas).toEqual([700, 300, 3000, 400, 500, 500])
    expect(later.nodes.map(({ id, hitCount }) => [id, hitCount])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 1],
      [5, 1],
      [6, 0],
      [8, 1],
      [9, 1],
      [10, 1],
    ])
    expect(timesOf(later)).toMatchObject({ durationMs: 6.3, samples: 6, idleMs: 3 })
  })

  test('is all of it from its start, and nothing after its end', () => {
    expect(timesOf(profileFrom(given, 1_000))).toEqual(timesOf(given))
    expect(profileFrom(given, 12_001).samples).toEqual([])
  })
})

describe('the times of a profile', () => {
  test('are those from each sample to the next', () => {
    expect(timesOf(given)).toMatchObject({
      durationMs: 10.5,
      samples: 9,
      nativeMs: 0.2,
      idleMs: 3,
      garbageCollectionMs: 0.4,
    })
  })

  test('of a function are summed over all ways that led to it, and once where it calls itself', () => {
    expect(rows(given)).toEqual([
      ['rank', 4.6, 4.6],
      ['agent', 1.3, 4.3],
      ['walk', 1, 2.6],
    ])
  })

  test('add up to the whole', () => {
    const { functions, durationMs, idleMs, garbageCollectionMs, nativeMs } = timesOf(given)
    const own = functions.reduce((sum, { selfMs }) => sum + selfMs, 0)
    expect(own + idleMs + garbageCollectionMs + nativeMs).toBeCloseTo(durationMs, 9)
  })

  test('are right when samples come out of order', () => {
    // The third sample was taken before the second: at 1100, 1400 and 1200.
    const { functions } = timesOf({
      nodes: [node(1, '(root)', [2, 3]), node(2, 'a'), node(3, 'bb')],
      startTime: 1000,
      endTime: 1500,
      samples: [2, 3, 2],
      timeDeltas: [100, 300, -200],
    })
    expect(functions.map(({ selfMs }) => selfMs)).toEqual([0.3, 0.1])
  })

  test('tell functions of one name apart by their place', () => {
    const profile = {
      nodes: [node(1, '(root)', [2, 3]), node(2, 'a'), node(3, 'a', [], 'file:///app/b.ts')],
      startTime: 0,
      endTime: 3000,
      samples: [2, 3],
      timeDeltas: [0, 1000],
    }
    expect(rows(profile)).toEqual([
      ['a', 2, 2],
      ['a', 1, 1],
    ])
  })

  test('are nothing without samples', () => {
    expect(timesOf({ nodes: [node(1, '(root)')], startTime: 5, endTime: 9 })).toEqual({
      durationMs: 0,
      samples: 0,
      idleMs: 0,
      garbageCollectionMs: 0,
      nativeMs: 0,
      functions: [],
    })
  })

  test('do not depend on how deep calls go', () => {
    const deep = Array.from({ length: 50_000 }, (_, at) => node(at + 1, 'walk', at < 49_999 ? [at + 2] : []))
    const profile = { nodes: deep, startTime: 0, endTime: 1000, samples: [50_000], timeDeltas: [0] }
    expect(rows(profile)).toEqual([['walk', 1, 1]])
  })
})
