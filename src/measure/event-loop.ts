import type { Clock } from '../domain/clock.ts'
import { delays } from '../domain/delay.ts'

/** A stretch of time in which timers could not fire, on the clock. */
export interface LateInterval {
  fromMs: number
  toMs: number
}

/** What was seen of the event loop while it was watched. */
export interface LoopObservation {
  /** 99th percentile of its delay, in milliseconds; absent when it was not watched for as long as 10 ms. */
  delayP99Ms?: number | undefined
  /** When it was late for a reason outside the runs, oldest first. */
  late: LateInterval[]
  /** When it was late because the process computed, oldest first. */
  blocked: LateInterval[]
}

const tickMs = 10
const lateMs = 30

/** A watch over the event loop. */
export interface LoopWatch {
  /** Does `work`, whose time is not held against the loop. */
  without: (work: () => void) => void
  /** Looks away, until {@link LoopWatch.resume}: what happens meanwhile is others' doing. */
  pause: () => void
  resume: () => void
  /** Ends the watch. */
  stop: () => LoopObservation
}

/**
 * Watches how late timers fire.
 *
 * @param alone true at concurrency 1: then lateness that the process itself spent computing belongs to the one run in flight,
 * and only lateness that the machine caused disturbs the measurement
 */
export function watchEventLoop(clock: Clock, alone: boolean): LoopWatch {
  // Not `monitorEventLoopDelay` of Node: what passes while that is disabled counts as one delay when it is enabled again.
  const delayed = delays()
  const late: LateInterval[] = []
  const blocked: LateInterval[] = []
  let lastMs = clock.nowMs()
  let lastCpu = process.cpuUsage()
  let paused = false
  const look = (isDue: boolean) => {
    if (paused) return
    const nowMs = clock.nowMs()
    const cpu = process.cpuUsage()
    const overMs = nowMs - lastMs - tickMs
    const computedMs = (cpu.user + cpu.system - lastCpu.user - lastCpu.system) / 1000
    if (isDue || overMs > 0) delayed.add(overMs)
    if (overMs > lateMs) {
      const interval = { fromMs: nowMs - overMs, toMs: nowMs }
      const computed = computedMs > overMs / 2
      if (computed) blocked.push(interval)
      if (!(alone && computed)) late.push(interval)
    }
    lastMs = nowMs
    lastCpu = cpu
  }
  const stop = clock.every(tickMs, () => look(true))
  const finish = (): LoopObservation => {
    stop()
    // Runs that never wait may have ended before a timer could tell that it is late.
    look(false)
    return { delayP99Ms: delayed.p99Ms(), late, blocked }
  }
  const pause = () => {
    look(false)
    paused = true
  }
  const resume = () => {
    lastMs = clock.nowMs()
    lastCpu = process.cpuUsage()
    paused = false
  }
  return {
    without: (work) => {
      pause()
      work()
      resume()
    },
    pause,
    resume,
    stop: finish,
  }
}
