import { expect, test } from 'vitest'
import { sleep } from '../../src/domain/clock.ts'
import { within } from '../../src/measure/within.ts'
import { virtualClock } from '../virtual-clock.ts'

test('a promise that resolves in time gives its value', async () => {
  const clock = virtualClock()
  const found = await clock.run(() =>
    within(
      clock,
      sleep(clock, 99).then(() => 'value'),
      100,
    ),
  )
  expect(found).toEqual({ done: true, value: 'value' })
  expect(clock.nowMs()).toBe(99)
})

test('a promise that takes longer is not waited for', async () => {
  const clock = virtualClock()
  expect(await clock.run(() => within(clock, sleep(clock, 101), 100))).toEqual({ done: false })
  expect(clock.nowMs()).toBe(100)
})

test('a promise that never settles is not waited for', async () => {
  const clock = virtualClock()
  expect(await clock.run(() => within(clock, new Promise(() => undefined), 100))).toEqual({ done: false })
})

test('a promise that rejects in time rejects', async () => {
  const clock = virtualClock()
  const late = async () => {
    await sleep(clock, 50)
    throw new Error('broken')
  }
  await expect(clock.run(() => within(clock, late(), 100))).rejects.toThrow('broken')
})

test('a promise that rejects too late is nobody’s unhandled rejection', async () => {
  const clock = virtualClock()
  const late = async () => {
    await sleep(clock, 150)
    throw new Error('broken')
  }
  expect(await clock.run(() => within(clock, late(), 100))).toEqual({ done: false })
  // Vitest fails the session when the rejection is unhandled.
  await clock.run(() => sleep(clock, 100))
})

test('nothing waits for the rest of the time', async () => {
  const clock = virtualClock()
  const cancelled: number[] = []
  const after: typeof clock.after = (ms, then) => {
    const cancel = clock.after(ms, then)
    return () => {
      cancelled.push(ms)
      cancel()
    }
  }
  await within({ ...clock, after }, Promise.resolve('value'), 100)
  await within({ ...clock, after }, Promise.reject(new Error('broken')), 200).catch(() => undefined)
  expect(cancelled).toEqual([100, 200])
})
