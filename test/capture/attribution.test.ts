import { AsyncResource } from 'node:async_hooks'
import Bottleneck from 'bottleneck'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import { describe, expect, test } from 'vitest'
import { attribute, type CallSink, callsOutsideRuns, claimCall, currentSink } from '../../src/capture/attribution.ts'
import { outsideRuns } from './outside.ts'

const claim = () => claimCall(currentSink())

function sink(): CallSink {
  return { calls: [] }
}

describe('attribute', () => {
  test('returns what the work returns, and lets through what it throws', async () => {
    expect(attribute(sink(), () => 7)).toBe(7)
    expect(await attribute(sink(), async () => 7)).toBe(7)
    expect(outsideRuns(() => 7)).toBe(7)
    const fail = () => {
      throw new Error('no')
    }
    expect(() => attribute(sink(), fail)).toThrow('no')
  })

  test('holds for what the work starts, however it goes on, and for nothing beside it', async () => {
    const run = sink()
    const claims = attribute(run, async () => {
      const timer = await new Promise<CallSink | undefined>((resolve) => setTimeout(() => resolve(claim())))
      await null
      return [timer, claim(), await outsideRuns(async () => claim())]
    })
    expect(claim()).toBeUndefined()
    expect(await claims).toEqual([run, run, undefined])
  })

  test('the innermost scope has the call', () => {
    const run = sink()
    const judge = sink()
    attribute(run, () => {
      expect(attribute(judge, claim)).toBe(judge)
      expect(claim()).toBe(run)
    })
  })

  test.each<[string, (work: () => Promise<CallSink | undefined>) => Promise<CallSink | undefined>]>([
    ['p-limit', pLimit(2)],
    [
      'p-queue',
      (
        (queue) => (work) =>
          queue.add(work)
      )(new PQueue({ concurrency: 2 })),
    ],
  ])('holds in a queue of %s that all runs share', async (_, enqueue) => {
    const runs = Array.from({ length: 20 }, sink)
    const work = async () => {
      await new Promise(setImmediate)
      return claim()
    }
    const claims = await Promise.all(runs.map((run) => attribute(run, () => enqueue(work))))
    expect(claims.map((claimed) => runs.findIndex(({ calls }) => calls === claimed?.calls))).toEqual([...runs.keys()])
  })
})

describe('in a queue that all runs share and that starts a task from the end of another', () => {
  type Task = () => Promise<CallSink | undefined>
  const task: Task = async () => {
    await new Promise(setImmediate)
    return claim()
  }

  /** How many of 20 runs have their own call. */
  async function ownCalls(work: (queue: Bottleneck) => Promise<CallSink | undefined>, concurrency: number) {
    const queue = new Bottleneck({ maxConcurrent: 2 })
    const runs = Array.from({ length: 20 }, sink)
    const waiting = [...runs]
    let own = 0
    const runOneByOne = async () => {
      for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
        if ((await attribute(run, () => work(queue))) === run) own++
      }
    }
    await Promise.all(Array.from({ length: concurrency }, runOneByOne))
    return own
  }

  test('a task has the scope of whoever finished before it: nothing tells it from a task of that run', async () => {
    expect(await ownCalls((queue) => queue.schedule(task), 20)).toBeLessThan(20)
  })

  test('one run at a time has its own calls', async () => {
    expect(await ownCalls((queue) => queue.schedule(task), 1)).toBe(20)
  })

  test('a task that is bound to its run keeps its scope', async () => {
    expect(await ownCalls((queue) => queue.schedule(AsyncResource.bind(task)), 20)).toBe(20)
  })

  test('a queue that each run makes for itself keeps its scope', async () => {
    expect(await ownCalls(() => new Bottleneck({ maxConcurrent: 2 }).schedule(task), 20)).toBe(20)
  })
})

test('only calls of nobody are counted as outside', () => {
  const before = callsOutsideRuns()
  attribute(sink(), claim)
  expect(callsOutsideRuns() - before).toBe(0)
  claim()
  outsideRuns(claim)
  expect(callsOutsideRuns() - before).toBe(2)
})
