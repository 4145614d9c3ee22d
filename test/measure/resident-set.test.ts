import { expect, test } from 'vitest'
import { sleep } from '../../src/domain/clock.ts'
import { watchResidentSet } from '../../src/measure/resident-set.ts'
import { virtualClock } from '../virtual-clock.ts'

const mebibyte = 1024 ** 2

test('the highest resident set is told, though it was over before the end', async () => {
  const clock = virtualClock()
  const stop = watchResidentSet(clock)
  const before = process.memoryUsage.rss()
  const highest = await clock.run(async () => {
    await sleep(clock, 150)
    // Written to, so that the pages are really there.
    let held: Uint8Array | undefined = new Uint8Array(64 * mebibyte).fill(1)
    await sleep(clock, 100)
    const during = process.memoryUsage.rss()
    held = undefined
    await sleep(clock, 100)
    return held ?? during
  })
  const peakBytes = stop()
  expect(peakBytes).toBeGreaterThan(before + 48 * mebibyte)
  expect(peakBytes).toBeGreaterThanOrEqual(highest * 0.9)
})

test('a peak at the very end is told too', () => {
  const stop = watchResidentSet(virtualClock())
  const before = process.memoryUsage.rss()
  const held = new Uint8Array(64 * mebibyte).fill(1)
  expect(stop()).toBeGreaterThan(before + 48 * mebibyte)
  expect(held).toHaveLength(64 * mebibyte)
})
