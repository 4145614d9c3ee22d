import { afterEach, describe, expect, test, vi } from 'vitest'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import { virtualClock } from '../virtual-clock.ts'

describe('wallClock', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('goes on under fake timers', () => {
    vi.useFakeTimers()
    const frozenMs = performance.now()
    const startedMs = wallClock.nowMs()
    for (let turn = 0; turn < 1e7 && wallClock.nowMs() === startedMs; turn++);
    expect(wallClock.nowMs()).toBeGreaterThan(startedMs)
    expect(performance.now()).toBe(frozenMs)
  })

  test('its timers fire under fake timers', async () => {
    vi.useFakeTimers()
    await new Promise<void>((resolve) => {
      wallClock.after(0, resolve)
    })
    await new Promise<void>((resolve) => {
      const end = wallClock.every(1, () => {
        end()
        resolve()
      })
    })
    await wallClock.breathe()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is monotonic and in milliseconds', () => {
    const startedMs = performance.now()
    const times = Array.from({ length: 1000 }, () => wallClock.nowMs())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThanOrEqual(startedMs)
    expect(times.at(-1)).toBeLessThanOrEqual(performance.now())
  })

  test('after fires once, and never when it was cancelled', async () => {
    const fired: string[] = []
    const cancel = wallClock.after(0, () => fired.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => {
      wallClock.after(0, () => fired.push('kept'))
      wallClock.after(2, resolve)
    })
    expect(fired).toEqual(['kept'])
  })

  test('every fires until it is ended', async () => {
    let fired = 0
    await new Promise<void>((resolve) => {
      const end = wallClock.every(1, () => {
        fired += 1
        if (fired < 3) return
        end()
        wallClock.after(4, resolve)
      })
    })
    expect(fired).toBe(3)
  })

  test('breathing lets timers that are due have their turn', async () => {
    let fired = false
    wallClock.after(0, () => {
      fired = true
    })
    const startedMs = wallClock.nowMs()
    for (let turn = 0; turn < 1e7 && wallClock.nowMs() < startedMs + 2; turn++);
    await wallClock.breathe()
    await wallClock.breathe()
    expect(fired).toBe(true)
  })
})

test('sleep resolves when its clock says so', async () => {
  const clock = virtualClock()
  await clock.run(() => sleep(clock, 86_400_000))
  expect(clock.nowMs()).toBe(86_400_000)
})
