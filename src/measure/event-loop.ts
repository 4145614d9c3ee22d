import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../domain/clock.ts'

/** A stretch of time in which timers could not fire, on the clock. */
export interface LateInterval {
  fromMs: number
  toMs: number
}

/** What was seen of the event loop while it was watched. */
export interface LoopObservation {
  /** 99th percentile of its delay, in milliseconds; absent when nothing was recorded. */
  delayP99Ms?: number | undefined
  /** When it was late for a reason outside the runs, oldest first. */
  late: LateInterval[]
}

const resolutionMs = 10
const tickMs = 20
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
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  const late: LateInterval[] = []
  let lastMs = clock.nowMs()
  let lastCpu = process.cpuUsage()
  let paused = false
  const tick = () => {
    if (paused) return
    const nowMs = clock.nowMs()
    const cpu = process.cpuUsage()
    const overMs = nowMs - lastMs - tickMs
    const computedMs = (cpu.user + cpu.system - lastCpu.user - lastCpu.system) / 1000
    if (overMs > lateMs && !(alone && computedMs > overMs / 2)) late.push({ fromMs: nowMs - overMs, toMs: nowMs })
    lastMs = nowMs
    lastCpu = cpu
  }
  const stop = clock.every(tickMs, tick)
  const finish = (): LoopObservation => {
    stop()
    // Runs that never wait may have ended before a timer could tell that it is late.
    tick()
    delays.disable()
    // What Node records is the time between two ticks, its resolution included.
    const delayMs = Math.max(0, delays.percentile(99) / 1e6 - resolutionMs)
    return { delayP99Ms: delays.count === 0 ? undefined : delayMs, late }
  }
  const pause = () => {
    tick()
    paused = true
    delays.disable()
  }
  const resume = () => {
    delays.enable()
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
