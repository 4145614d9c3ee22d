import { describe, expect, test } from 'vitest'
import type { CallFrame, CpuProfile } from '../../../src/domain/profile/cpu-profile.ts'
import { planProfile } from '../../../src/domain/profile/profile.ts'
import {
  type FrameOrigin,
  intervalUsFor,
  profiledTimeOf,
  withSources,
} from '../../../src/domain/profile/profiled-time.ts'

const frame = (functionName: string): CallFrame => ({
  functionName,
  scriptId: '1',
  url: `file:///app/${functionName}.js`,
  lineNumber: 4,
  columnNumber: 2,
})

/** A profile in which each of `names` calls the next, and each runs itself for the milliseconds given, one after another. */
function chain(names: readonly string[], selfMs: readonly number[]): CpuProfile {
  return {
    nodes: names.map((name, at) => ({
      id: at + 1,
      callFrame: frame(name),
      children: at + 1 < names.length ? [at + 2] : [],
    })),
    startTime: 0,
    endTime: selfMs.reduce((sum, ms) => sum + ms * 1000, 0),
    samples: selfMs.flatMap((ms, at) => (ms > 0 ? [at + 1] : [])),
    timeDeltas: [0, ...selfMs.filter((ms) => ms > 0).map((ms) => ms * 1000)].slice(0, -1),
  }
}

const originOf = ({ functionName }: CallFrame): FrameOrigin => {
  if (functionName.startsWith('own')) return { owner: 'own' }
  return { owner: functionName.startsWith('node') ? 'other' : 'project', place: `src/${functionName}.ts:5` }
}

describe('the time that is told of a profile', () => {
  test('is that of functions with time of their own, and of those of the user that lead to them', () => {
    const profile = chain(['nodeLoop', 'ownRun', 'agent', 'nodeRead', 'rank'], [0, 1, 0, 2, 6])
    expect(profiledTimeOf(profile, 100, originOf)).toEqual({
      durationMs: 9,
      samples: 3,
      intervalUs: 100,
      idleMs: 0,
      garbageCollectionMs: 0,
      nativeMs: 0,
      ownMs: 1,
      functions: [
        { name: 'rank', place: 'src/rank.ts:5', selfMs: 6, totalMs: 6 },
        { name: 'nodeRead', place: 'src/nodeRead.ts:5', selfMs: 2, totalMs: 8 },
        { name: 'agent', place: 'src/agent.ts:5', selfMs: 0, totalMs: 8 },
      ],
    })
  })

  test('is that of 20 functions at most', () => {
    const names = Array.from({ length: 30 }, (_, at) => `f${at}`)
    const { functions } = profiledTimeOf(chain(names, Array(30).fill(1)), 100, originOf)
    expect(functions).toHaveLength(20)
  })
})

test('a profile tells where functions are written, and no lines of compiled code', () => {
  const compiled: CpuProfile = { ...chain(['rank'], [1]) }
  const [node] = compiled.nodes
  const profile = withSources({ ...compiled, nodes: node === undefined ? [] : [{ ...node, hitCount: 3 }] }, (one) => ({
    ...one,
    url: 'file:///app/rank.ts',
    lineNumber: 41,
  }))
  expect(profile.nodes).toEqual([
    { id: 1, callFrame: { ...frame('rank'), url: 'file:///app/rank.ts', lineNumber: 41 }, hitCount: 3, children: [] },
  ])
})

test.each([
  { latencyMs: 20, limitMs: 60_000, us: 100 },
  { latencyMs: 5_000, limitMs: 60_000, us: 1_250 },
  { latencyMs: 60_000, limitMs: 60_000, us: 15_000 },
  { latencyMs: 20, limitMs: 3_600_000, us: 3_600 },
])('a run of $latencyMs ms with a limit of $limitMs ms is looked at every $us µs', ({ latencyMs, limitMs, us }) => {
  expect(intervalUsFor(latencyMs, limitMs)).toBe(us)
})

test('three runs are made again where nobody says how many', () => {
  expect(planProfile({ slowerThanMs: 5_000 })).toEqual({ slowerThanMs: 5_000, slowest: 3 })
  expect(planProfile({ slowest: 1 })).toEqual({ slowerThanMs: undefined, slowest: 1 })
})
