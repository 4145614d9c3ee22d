import { setTimeout as wait } from 'node:timers/promises'
import { wallClock } from '../../src/domain/clock.ts'
import { watchdogOf } from '../../src/measure/watchdog.ts'

// A process that a watchdog watches. What it does to its thread, its second argument says.

const [notePath = '', deed] = process.argv.slice(2)
const watchdog = watchdogOf(notePath, wallClock)
if (watchdog === undefined) throw new Error('expected a watchdog')

function block(ms = Number.POSITIVE_INFINITY): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

const limitMs = 100
const hookTimeoutMs = 3_000

switch (deed) {
  case 'agentBlocks': {
    const { onRun, onCount } = watchdog.watch('checkout', limitMs, hookTimeoutMs)
    onRun(-1)
    await wait(200)
    onRun(7)
    onCount(1)
    block()
    break
  }
  case 'hookTakesLonger': {
    // Longer than an agent may block the thread, and than the watchdog's grace; hooks may take longer than that.
    const { onRun, onCount } = watchdog.watch('checkout', limitMs, hookTimeoutMs)
    onRun(0)
    // The watchdog is up by then.
    await wait(400)
    block(1_500)
    onCount(1)
    block(200)
    onCount(0)
    break
  }
  case 'healthy': {
    const { onRun, onCount } = watchdog.watch('checkout', limitMs, hookTimeoutMs)
    onRun(0)
    onCount(1)
    for (let round = 0; round < 8; round++) {
      block(150)
      await wait(10)
    }
    break
  }
  case 'blocksInItsTurn': {
    const [patient, hasty] = [
      watchdog.watch('patient', 60_000, hookTimeoutMs),
      watchdog.watch('hasty', limitMs, limitMs),
    ]
    await wait(400)
    patient.onRun(0)
    patient.onCount(1)
    await wait(100)
    // As long as the other one may not.
    block(1_500)
    await wait(10)
    hasty.onRun(5)
    patient.end()
    block()
    break
  }
  case 'notWatched': {
    const { onCount, end } = watchdog.watch('checkout', limitMs, hookTimeoutMs)
    onCount(1)
    await wait(10)
    end()
    block(1_500)
    break
  }
  case 'runsOutOfMemory': {
    const { onRun, onCount } = watchdog.watch('hoarder', 60_000, hookTimeoutMs)
    onRun(2)
    onCount(1)
    const kept: unknown[] = []
    await wait(400)
    for (;;) {
      for (let round = 0; round < 50; round++) kept.push(Array.from({ length: 1_000 }, (_, index) => index + 0.5))
      await wait(5)
    }
  }
}
console.log('alive', watchdogOf(notePath, wallClock) === watchdog)
