import { columnBytes } from '../src/domain/sample.ts'
import { heapAfterCollection } from '../src/measure/memory.ts'
import { runNoOp } from './driver-agent.ts'
import { bottleneckWindowed, handPool, pLimitWindowed, pQueueWindowed, tinybench } from './driver-peers.ts'

// One driver in a process of its own, so that none runs on code that was optimized for another, or beside its heap.

/** What a driver is asked for. */
export interface DriverRequest {
  ask: 'cpu' | 'memory'
  calls: number
}

/** What it answers, for each call. */
export interface DriverAnswer {
  /** CPU time of the process, collector and compiler included, in nanoseconds. */
  cpuNs?: number
  /** The same, with what comes after the last run: summary, verdict and record. */
  wholeNs?: number
  /** Memory that is held after the calls, in bytes. */
  retainedBytes?: number
  /** Memory of the sample columns, in bytes. */
  columnBytes?: number | undefined
}

interface Driver {
  cpu: (calls: number) => Promise<DriverAnswer>
  /** Makes the calls and returns what they leave behind; absent when that is nothing. */
  keep?: (calls: number) => Promise<{ kept: unknown; columnBytes?: number }>
}

const drivers: Record<string, Driver> = {
  'bench-agent': { cpu: (calls) => cpuOfRuns(calls), keep: keepRuns },
  // Every run is due when the one before has started.
  'bench-agent open': { cpu: (calls) => cpuOfRuns(calls, { load: { ratePerSecond: 1e9 } }) },
  bottleneck: { cpu: cpuOf(bottleneckWindowed) },
  'hand-written pool': { cpu: cpuOf(handPool), keep: async (calls) => ({ kept: await handPool(calls) }) },
  'p-limit': { cpu: cpuOf(pLimitWindowed) },
  'p-queue': { cpu: cpuOf(pQueueWindowed) },
  tinybench: { cpu: cpuOf(tinybench), keep: async (calls) => ({ kept: await tinybench(calls, true) }) },
}

// The window is from the start of the first run to the start of the last, inside of `runScenario`: everything that a run costs,
// and nothing that an execution costs once, such as its summary. The whole is told beside it.
async function cpuOfRuns(calls: number, load?: Parameters<typeof runNoOp>[2]): Promise<DriverAnswer> {
  const begun = process.cpuUsage()
  let first = begun
  let inRuns = begun
  const onRun = (index: number) => {
    if (index === 0) first = process.cpuUsage()
    if (index === calls - 1) inRuns = process.cpuUsage(first)
  }
  await runNoOp(calls, onRun, load)
  return { cpuNs: nsEach(inRuns, calls - 1), wholeNs: nsEach(process.cpuUsage(begun), calls) }
}

async function keepRuns(calls: number): Promise<{ kept: unknown; columnBytes: number }> {
  const kept = await runNoOp(calls)
  return { kept, columnBytes: columnBytes(kept.samples) / kept.samples.length }
}

function cpuOf(drive: (calls: number) => Promise<unknown>): Driver['cpu'] {
  return async (calls) => {
    const begun = process.cpuUsage()
    await drive(calls)
    return { cpuNs: nsEach(process.cpuUsage(begun), calls) }
  }
}

function nsEach({ user, system }: NodeJS.CpuUsage, calls: number): number {
  return ((user + system) * 1000) / calls
}

async function memoryOf({ keep }: Driver, calls: number): Promise<DriverAnswer> {
  if (keep === undefined) throw new Error('Expected a driver that keeps something, got one that keeps nothing')
  // What is compiled and cached on the first calls belongs to no sample.
  await keep(Math.ceil(calls / 10))
  await settled()
  const before = heapAfterCollection()
  const left = await keep(calls)
  await settled()
  const retainedBytes = (heapAfterCollection() - before) / calls
  if (left.kept === undefined) throw new Error('Expected something to be left behind, got nothing')
  return { retainedBytes, columnBytes: left.columnBytes }
}

// What was awaited last is still on the stack until the event loop turns.
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const driver = drivers[process.argv[2] ?? '']
if (driver === undefined) throw new Error(`Expected one of ${Object.keys(drivers).join(', ')}, got ${process.argv[2]}`)

process.on('message', async ({ ask, calls }: DriverRequest) => {
  process.send?.(await (ask === 'cpu' ? driver.cpu(calls) : memoryOf(driver, calls)))
})
