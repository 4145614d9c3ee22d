import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { wallClock } from '../../src/domain/clock.ts'
import type { Arrival } from '../../src/domain/load/arrival.ts'
import type { Pacer } from '../../src/domain/load/pace.ts'
import { precisePace } from '../../src/measure/precise-pace.ts'
import { runNode, runNodeWith } from './child.ts'

interface Given extends Arrival {
  /** When it was given, from the start of the load. */
  atMs: number
}

const open: Pacer[] = []

afterEach(() => {
  for (const pacer of open.splice(0)) pacer.close()
})

async function paced(dueAtMs: readonly number[], isOver = () => false): Promise<{ pacer: Pacer; originMs: number }> {
  const pace = await precisePace(wallClock)
  const originMs = wallClock.nowMs()
  const pacer = pace(dueAtMs.map((dueMs, index) => ({ index, dueMs })).values(), originMs, isOver)
  open.push(pacer)
  return { pacer, originMs }
}

/** All that `pacer` gives. */
async function drain({ pacer, originMs }: { pacer: Pacer; originMs: number }): Promise<Given[]> {
  const given: Given[] = []
  for (;;) {
    const arrival = await pacer.next()
    if (arrival === undefined) return given
    given.push({ ...arrival, atMs: wallClock.nowMs() - originMs })
  }
}

function block(ms: number): void {
  const untilMs = wallClock.nowMs() + ms
  while (wallClock.nowMs() < untilMs);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

describe('a pacing thread', () => {
  test('gives every arrival, in order, and none before it is due', async () => {
    const dueAtMs = numbers(500).map((index) => index / 4)
    const given = await drain(await paced(dueAtMs))
    expect(given.map(({ index }) => index)).toEqual(numbers(500))
    expect(given.map(({ dueMs }) => dueMs)).toEqual(dueAtMs)
    expect(Math.min(...given.map(({ atMs, dueMs }) => atMs - dueMs))).toBeGreaterThanOrEqual(0)
  })

  test('gives all of more than its memory holds, due at once', async () => {
    const given = await drain(await paced(numbers(5_000).map(() => 0)))
    expect(given.map(({ index }) => index)).toEqual(numbers(5_000))
  })

  test('gives nothing of nothing', async () => {
    expect(await drain(await paced([]))).toEqual([])
  })

  test('waits where nothing is due for longer than it keeps silent', async () => {
    const given = await drain(await paced([0, 180]))
    expect(given.map(({ index }) => index)).toEqual([0, 1])
    expect(given[1]?.atMs).toBeGreaterThanOrEqual(180)
  })

  test('counts on while its thread is blocked, which then gets what is due without waiting', async () => {
    const { pacer, originMs } = await paced([...numbers(30), 3_600_000])
    block(300)
    const given = numbers(30).map(() => pacer.next())
    expect(given).toEqual(numbers(30).map((index) => ({ index, dueMs: index })))
    expect(wallClock.nowMs() - originMs).toBeGreaterThan(300)
    expect(pacer.next()).toBeInstanceOf(Promise)
  })

  test('gives up what nobody will start any more', async () => {
    let isOver = false
    const { pacer } = await paced([3_600_000], () => isOver)
    const next = pacer.next()
    isOver = true
    expect(await next).toBeUndefined()
  })

  test('that has died leaves the wait to timers, and nothing is lost', async () => {
    const started = new Promise<Worker>((resolve) => process.once('worker', resolve))
    const { pacer, originMs } = await paced([0, 120, 121, 3_600_000])
    const thread = await started
    const first = await pacer.next()
    const second = pacer.next()
    await thread.terminate()
    expect([first, await second, await pacer.next()].map((arrival) => arrival?.index)).toEqual([0, 1, 2])
    expect(wallClock.nowMs() - originMs).toBeGreaterThanOrEqual(121)
    expect(pacer.next()).toBeInstanceOf(Promise)
  })

  test('keeps its process alive until it is closed, and no longer', async () => {
    expect(await runNode('paced-process.ts')).toEqual({ code: 0, signal: null, stdout: 'given 0\n', stderr: '' })
  })

  test('that may not be started is told, with what to do', async () => {
    const { code, stderr } = await runNodeWith(['--permission', '--allow-fs-read=*'], 'paced-process.ts')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /BenchAgentError: Expected a thread to wait for the starts of a load with pacing 'precise', got: Error: .+ Let Node start worker threads, or leave `pacing` at 'timer'\./,
    )
    expect(stderr).toContain("code: 'BENCH_AGENT_OPTIONS'")
  })
})
