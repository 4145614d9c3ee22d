import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LoadShape } from '../../src/domain/load/load-shape.ts'
import { trace } from '../../src/run/source/trace-file.ts'
import { inSegment, isMadeElsewhere } from '../../src/vitest/segment.ts'
import type { WorkerSettings } from '../../src/vitest/settings.ts'

const settings = (changes: Partial<WorkerSettings> = {}) => changes as WorkerSettings

describe('in a session that makes a part', () => {
  const second = settings({ segment: '2/4' })

  test.each<[string, LoadShape]>([
    ['a rate', { ratePerSecond: 5, durationMs: 1_000 }],
    ['stages of a rate', { stages: [{ durationMs: 100, ratePerSecond: 5 }] }],
    ['a trace', trace('azure.csv')],
  ])('an open load is shared: %s', (_, load) => {
    expect(inSegment({ load }, second)).toEqual({ load: { ...load, segment: '2/4' } })
  })

  test.each<[string, LoadShape | undefined]>([
    ['a number of runs', undefined],
    ['runs at a time', { concurrency: 5, durationMs: 1_000 }],
    ['stages of runs at a time', { stages: [{ durationMs: 100, concurrency: 5 }] }],
  ])('any other is made by the first session: %s', (_, load) => {
    expect(inSegment({ load }, second)).toBeUndefined()
    expect(inSegment({ load }, settings({ segment: '1/4' }))).toEqual({ load })
  })

  test('a load that says its segment has it, and one that says none has the session’s', () => {
    const load = { ratePerSecond: 5, durationMs: 1_000 }
    expect(inSegment({ load: { ...load, segment: '1/2' } }, second)).toEqual({ load: { ...load, segment: '1/2' } })
    expect(inSegment({ load: { ...load, segment: undefined } }, second)).toEqual({ load: { ...load, segment: '2/4' } })
  })
})

test('a study is made by the first session', () => {
  const sessions = [undefined, settings(), settings({ segment: '1/4' }), settings({ segment: '2/4' })]
  expect(sessions.map(isMadeElsewhere)).toEqual([false, false, false, true])
})

test('elsewhere every load is what it is', () => {
  const options = { load: { ratePerSecond: 5, durationMs: 1_000 } }
  expect(inSegment(options, settings())).toBe(options)
  expect(inSegment(options, undefined)).toBe(options)
})

describe('the start', () => {
  beforeEach(() => {
    vi.resetModules()
    vi.useFakeTimers({ now: 1_000, toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const loaded = () => import('../../src/vitest/segment.ts')

  test('is of the first load of a process', async () => {
    const { nextStartAtMs } = await loaded()
    expect(nextStartAtMs(settings({ startsAtMs: 5_000 }), false)).toBe(5_000)
    expect(nextStartAtMs(settings({ startsAtMs: 5_000 }), false)).toBeUndefined()
  })

  test('is of the first load that is shared, where loads are', async () => {
    const { nextStartAtMs } = await loaded()
    const first = settings({ startsAtMs: 5_000, segment: '1/4' })
    expect([false, true, true].map((isPart) => nextStartAtMs(first, isPart))).toEqual([undefined, 5_000, undefined])
  })

  test('may be none, or past', async () => {
    const { nextStartAtMs, untilStartMs } = await loaded()
    expect(nextStartAtMs(undefined, false)).toBeUndefined()
    expect([undefined, 5_000, 500].map((startsAtMs) => untilStartMs(settings({ startsAtMs })))).toEqual([0, 4_000, 0])
  })
})
