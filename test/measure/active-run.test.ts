import { describe, expect, test } from 'vitest'
import { sleep } from '../../src/domain/clock.ts'
import { ActiveRun, type Stop } from '../../src/measure/active-run.ts'
import { virtualClock } from '../virtual-clock.ts'

const timeout: Stop = { outcome: 'timeout', message: 'latency passed its limit of 1 s' }
const limit: Stop = { outcome: 'limit', message: 'steps reached 4, over its limit of 3' }
const interrupted: Stop = { outcome: 'interrupted', message: 'the test was stopped' }

function started(clock = virtualClock()): ActiveRun {
  const run = new ActiveRun('question', 'case 1', 3, clock)
  run.startedMs = clock.nowMs()
  return run
}

describe('what an agent is given', () => {
  test('can be taken apart', async () => {
    const run = started()
    const { input, name, index, turn, usage, signal } = run
    expect({ input, name, index }).toEqual({ input: 'question', name: 'case 1', index: 3 })
    expect(await turn('greet', () => 'hello')).toBe('hello')
    usage({ inputTokens: 3 })
    run.stop(limit)
    expect(run.turns).toMatchObject([{ span: { name: 'greet' } }])
    expect(run.reported).toEqual([{ inputTokens: 3 }])
    expect(signal.aborted).toBe(true)
  })

  test('has one signal, however often it is asked for', () => {
    const run = started()
    expect(run.signal).toBe(run.signal)
    expect(run.signal.aborted).toBe(false)
  })
})

describe('the signal', () => {
  test.each([
    [timeout, 'TimeoutError'],
    [limit, 'AbortError'],
    [interrupted, 'AbortError'],
  ])('of a run stopped by %o is aborted with a %s', (stop, name) => {
    const run = started()
    const { signal } = run
    run.stop(stop)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ name, message: stop.message })
  })

  test.each([
    [timeout, 'TimeoutError'],
    [limit, 'AbortError'],
  ])('that is asked for after the stop %o is aborted with the same %s', (stop, name) => {
    const run = started()
    run.stop(stop)
    expect(run.signal.aborted).toBe(true)
    expect(run.signal.reason).toMatchObject({ name, message: stop.message })
  })

  test.each([
    ['gave its answer', (run: ActiveRun) => run.finish('done')],
    ['threw', (run: ActiveRun) => run.fail(new Error('broken'))],
  ])('of a run whose agent %s is never aborted', (_, end) => {
    const run = started()
    const { signal } = run
    end(run)
    run.stop(timeout)
    expect(signal.aborted).toBe(false)
  })
})

describe('a run is over once', () => {
  const ends = {
    finish: (run: ActiveRun) => run.finish('done'),
    fail: (run: ActiveRun) => run.fail(undefined),
    stop: (run: ActiveRun) => run.stop(limit),
  }
  const left = {
    finish: { output: 'done', thrown: undefined, stopped: undefined },
    fail: { output: undefined, thrown: { error: undefined }, stopped: undefined },
    stop: { output: undefined, thrown: undefined, stopped: limit },
  }
  const names = Object.keys(ends) as (keyof typeof ends)[]
  const pairs = names.flatMap((first) => names.map((second) => [first, second] as const))

  test.each(pairs)('by %s, whatever %s says later', async (first, second) => {
    const clock = virtualClock()
    const run = started(clock)
    ends[first](run)
    clock.block(10)
    ends[second](run)
    const { output, thrown, stopped, endedMs } = run
    expect({ output, thrown, stopped, endedMs }).toEqual({ ...left[first], endedMs: 0 })
    await run.whenOver()
  })

  test('and whoever waits for it is told', async () => {
    const clock = virtualClock()
    const run = started(clock)
    await clock.run(async () => {
      clock.after(5, () => run.finish('done'))
      await run.whenOver()
      expect(clock.nowMs()).toBe(5)
    })
  })
})

describe('a turn', () => {
  test('has its own start, end and first item on the clock of the run', async () => {
    const clock = virtualClock()
    clock.block(100)
    const run = started(clock)
    const answer = await clock.run(async () => {
      await sleep(clock, 10)
      return run.turn('answer', async function* () {
        await sleep(clock, 20)
        yield 'Hel'
        await sleep(clock, 30)
        yield 'lo'
      })
    })
    expect(answer).toBe('Hello')
    expect(run.turns).toEqual([
      {
        span: { kind: 'turn', name: 'answer', startedAtMs: 110, endedAtMs: 160 },
        firstItem: { atMs: 130, isText: true },
      },
    ])
  })

  test('that returns no stream has no first item', async () => {
    const clock = virtualClock()
    const run = started(clock)
    await clock.run(() => run.turn('think', () => sleep(clock, 7)))
    expect(run.turns).toEqual([{ span: { kind: 'turn', name: 'think', startedAtMs: 0, endedAtMs: 7 } }])
  })

  test.each([
    [
      'throws at once',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'breaks in its stream',
      async function* () {
        yield 'half'
        throw new Error('broken')
      },
    ],
  ])('that %s rejects and is measured all the same', async (_, part: () => unknown) => {
    const run = started()
    await expect(run.turn('answer', part)).rejects.toThrow('broken')
    expect(run.turns).toMatchObject([{ span: { name: 'answer', startedAtMs: 0, endedAtMs: 0, failure: 'broken' } }])
  })

  test('may lie beside another', async () => {
    const clock = virtualClock()
    const run = started(clock)
    await clock.run(() =>
      Promise.all([run.turn('slow', () => sleep(clock, 20)), run.turn('fast', () => sleep(clock, 10))]),
    )
    expect(run.turns?.map(({ span }) => [span.name, span.endedAtMs])).toEqual([
      ['fast', 10],
      ['slow', 20],
    ])
  })
})

describe('a phase', () => {
  const placed = (run: ActiveRun) => run.spans?.map(({ name, within }) => [name, within?.name])

  test('lies in the part that it is called in, and beside the others', async () => {
    const run = started()
    await run.phase('outer', async () => {
      await run.phase('inner', () => run.turn('innermost', () => 'x'))
      await Promise.all([run.phase('left', () => 1), run.phase('right', () => 2)])
    })
    await run.phase('last', () => 3)
    expect(placed(run)).toEqual([
      ['outer', undefined],
      ['inner', 'outer'],
      ['innermost', 'inner'],
      ['left', 'outer'],
      ['right', 'outer'],
      ['last', undefined],
    ])
  })

  test('drains the stream that it returns, whose model calls and parts lie in it', async () => {
    const run = started()
    const text = await run.phase('write', async function* () {
      yield 'a'
      yield await run.phase('look up', () => 'b')
    })
    expect(text).toBe('ab')
    expect(placed(run)).toEqual([
      ['write', undefined],
      ['look up', 'write'],
    ])
  })

  test('has CPU and memory only where those of the process are the run’s', async () => {
    const run = started()
    await run.phase('unknown', () => 1)
    let cpuMs = 5
    run.readCpuMs = () => cpuMs
    await run.phase('known', () => {
      cpuMs = 12
    })
    const [unknown, known] = run.spans ?? []
    expect([unknown?.cpuMs, unknown?.heapGrowthBytes]).toEqual([undefined, undefined])
    expect(known?.cpuMs).toBe(7)
    expect(known?.heapGrowthBytes).toEqual(expect.any(Number))
  })

  test('that breaks says why', async () => {
    const run = started()
    await expect(run.phase('load', () => Promise.reject(new Error('no file')))).rejects.toThrow('no file')
    expect(run.spans).toMatchObject([{ kind: 'phase', name: 'load', failure: 'no file' }])
  })
})

test.each([
  ['phase with its arguments swapped', (run: ActiveRun) => run.phase((() => 1) as never, 'x' as never)],
  ['phase without a part', (run: ActiveRun) => run.phase('x', undefined as never)],
  ['turn without a name', (run: ActiveRun) => run.turn(undefined as never, () => 1)],
  ['report with a misspelt field', (run: ActiveRun) => run.usage({ input_tokens: 3 } as never)],
  ['report of no number', (run: ActiveRun) => run.usage({ inputTokens: Number.NaN })],
])('a %s is a mistake that is told at once', (_, call) => {
  expect(() => call(started())).toThrow(/BENCH_AGENT_USAGE[\s\S]*Expected/)
})

test('what is reported by hand is kept in order and told at once', () => {
  const run = started()
  const told: unknown[] = []
  run.onUsage = (used) => told.push(used)
  expect(run.reported).toBeUndefined()
  run.usage({ inputTokens: 1 })
  run.usage({ outputTokens: 2, modelCalls: 3 })
  expect(run.reported).toEqual([{ inputTokens: 1 }, { outputTokens: 2, modelCalls: 3 }])
  expect(told).toEqual(run.reported)
})
