import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Clock } from '../../../../src/domain/clock.ts'
import { holdBallast } from '../../../../src/run/study/stress/ballast.ts'

const mebibyte = 2 ** 20

/** A clock whose only tick is by hand. */
function ticking() {
  const ticks: { everyMs: number; then: () => void }[] = []
  const every: Clock['every'] = (everyMs, then) => {
    const tick = { everyMs, then }
    ticks.push(tick)
    return () => void ticks.splice(ticks.indexOf(tick), 1)
  }
  return { ticks, clock: { every } as Clock }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // Buffers are swept beside the process; the second collection waits for the first.
  collect()
  collect()
}

const externalBytes = () => {
  collectGarbage()
  return process.memoryUsage().external
}

test('memory is held until it is released', () => {
  const { clock } = ticking()
  const before = externalBytes()
  const release = holdBallast({ heldBytes: 64 * mebibyte, garbageBytesPerSecond: 0 }, clock)
  const held = externalBytes() - before
  expect(held).toBeGreaterThan(63 * mebibyte)
  expect(held).toBeLessThan(66 * mebibyte)
  release()
  expect(externalBytes() - before).toBeLessThan(mebibyte)
})

test('garbage is made at its rate, on the heap, until then', () => {
  const { clock, ticks } = ticking()
  const release = holdBallast({ heldBytes: 0, garbageBytesPerSecond: 64 * mebibyte }, clock)
  const [tick] = ticks
  if (tick === undefined) throw new Error('expected a timer, got none')
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  tick.then()
  collectGarbage()
  const ofOneTick = process.memoryUsage().heapUsed - before
  const ofASecond = (ofOneTick * 1_000) / tick.everyMs
  expect(ofASecond / (64 * mebibyte)).toBeGreaterThan(0.9)
  expect(ofASecond / (64 * mebibyte)).toBeLessThan(1.2)
  // What was made before is garbage by then.
  tick.then()
  collectGarbage()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1.5 * ofOneTick)
  release()
  expect(ticks).toEqual([])
  collectGarbage()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(0.5 * ofOneTick)
})
