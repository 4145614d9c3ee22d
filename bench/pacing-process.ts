import { quantile } from '../src/stats/quantile.ts'
import { sorted } from '../src/stats/sorted.ts'
import { noOp, runAgent } from './driver-agent.ts'

// One way to wait for starts, in a process of its own.

/** How many starts a second it is asked for, and for how long. */
export interface PacingRequest {
  ratePerSecond: number
  durationMs: number
}

/** How well it kept them. */
export interface PacingAnswer {
  /** How late starts were, in milliseconds. */
  errorP50Ms: number
  errorP99Ms: number
  /** Starts a second / those that were asked for. */
  achievedRatio: number
  /** CPU time of the process / wall time. */
  cpuShareRatio: number
}

/** Starts the no-op agent; resolves to how late each start was, in the order of the starts. */
type Drive = (request: PacingRequest) => Promise<Float64Array>

const drives: Record<string, Drive> = {
  precise: byScenario('precise'),
  timer: byScenario('timer'),
  setInterval: byInterval,
  'setImmediate spin': bySpin,
}

function byScenario(pacing: 'precise' | 'timer'): Drive {
  return async (request) => {
    const { samples } = await runAgent(noOp, { load: { ...request, pacing } })
    return Float64Array.from({ length: samples.length }, (_, index) =>
      Math.max(0, (samples.startedAtMs[index] ?? Number.NaN) - (samples.dueAtMs[index] ?? Number.NaN)),
    )
  }
}

// One start a tick, as is often written.
function byInterval({ ratePerSecond, durationMs }: PacingRequest): Promise<Float64Array> {
  const starts = collect(ratePerSecond, durationMs)
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (starts.next()) return
      clearInterval(timer)
      resolve(starts.errorsMs())
    }, 1000 / ratePerSecond)
  })
}

function bySpin({ ratePerSecond, durationMs }: PacingRequest): Promise<Float64Array> {
  const starts = collect(ratePerSecond, durationMs)
  return new Promise((resolve) => {
    const turn = () => {
      while (starts.isDue()) if (!starts.next()) return resolve(starts.errorsMs())
      setImmediate(turn)
    }
    turn()
  })
}

function collect(ratePerSecond: number, durationMs: number) {
  const total = Math.ceil((ratePerSecond * durationMs) / 1000)
  const errorsMs = new Float64Array(total)
  const beginMs = performance.now()
  let made = 0
  const errorMs = () => performance.now() - beginMs - (made * 1000) / ratePerSecond
  return {
    isDue: () => errorMs() >= 0,
    /** Makes a start; false when it was the last. */
    next: () => {
      errorsMs[made] = errorMs()
      made += 1
      noOp()
      return made < total && performance.now() - beginMs < durationMs
    },
    errorsMs: () => errorsMs.subarray(0, made),
  }
}

async function measure(drive: Drive, request: PacingRequest): Promise<PacingAnswer> {
  const cpuBefore = process.cpuUsage()
  const beginMs = performance.now()
  const errorsMs = await drive(request)
  const wallMs = performance.now() - beginMs
  const { user, system } = process.cpuUsage(cpuBefore)
  const gapMs = 1000 / request.ratePerSecond
  const lastMs = (errorsMs.length - 1) * gapMs + (errorsMs.at(-1) ?? 0)
  const ordered = sorted(errorsMs)
  return {
    errorP50Ms: quantile(ordered, 0.5),
    errorP99Ms: quantile(ordered, 0.99),
    achievedRatio: (errorsMs.length * gapMs) / Math.max(request.durationMs, lastMs + gapMs),
    cpuShareRatio: (user + system) / 1000 / wallMs,
  }
}

const drive = drives[process.argv[2] ?? '']
if (drive === undefined) throw new Error(`Expected one of ${Object.keys(drives).join(', ')}, got ${process.argv[2]}`)

process.on('message', async (request: PacingRequest) => {
  process.send?.(await measure(drive, request))
})
