import { describe, expect, test } from 'vitest'
import { sleep } from '../src/domain/clock.ts'
import { virtualClock } from './virtual-clock.ts'

describe('a virtual clock', () => {
  test('jumps to the next timer when nothing else can go on', async () => {
    const clock = virtualClock()
    const order: string[] = []
    await clock.run(async () => {
      await Promise.all([
        sleep(clock, 60_000).then(() => order.push(`late ${clock.nowMs()}`)),
        sleep(clock, 5).then(() => order.push(`soon ${clock.nowMs()}`)),
      ])
    })
    expect(order).toEqual(['soon 5', 'late 60000'])
  })

  test('lets everything settle before it moves on', async () => {
    const clock = virtualClock()
    const at: number[] = []
    await clock.run(async () => {
      clock.after(10, () => undefined)
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      at.push(clock.nowMs())
    })
    expect(at).toEqual([0])
  })

  test('fires again and again what was started with every, until it is stopped', async () => {
    const clock = virtualClock()
    const at: number[] = []
    await clock.run(async () => {
      const stop = clock.every(20, () => at.push(clock.nowMs()))
      await sleep(clock, 70)
      stop()
      await sleep(clock, 70)
    })
    expect(at).toEqual([20, 40, 60])
  })

  test('does not fire what was cancelled', async () => {
    const clock = virtualClock()
    await clock.run(async () => {
      clock.after(1, () => expect.unreachable())()
      await sleep(clock, 5)
    })
  })

  test('makes timers late when it is blocked', async () => {
    const clock = virtualClock()
    const at: number[] = []
    await clock.run(async () => {
      clock.after(10, () => at.push(clock.nowMs()))
      clock.block(100)
      await sleep(clock, 1)
    })
    expect(at).toEqual([100])
  })

  test('rejects with what the work rejects with', async () => {
    const clock = virtualClock()
    await expect(clock.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('does not wait for ever for what no timer will bring', async () => {
    const clock = virtualClock()
    clock.every(10, () => undefined)
    await expect(clock.run(() => new Promise(() => undefined))).rejects.toThrow('no timer will bring')
  })
})
