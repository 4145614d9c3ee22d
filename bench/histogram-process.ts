import { recorderNames, recorderOf } from './histogram-recorders.ts'
import { latencies } from './latencies.ts'

// One recorder in a process of its own, so that none runs on code that was optimized for another, or beside its heap.

/** What a recorder is asked for. */
export interface RecorderRequest {
  values: number
}

/** CPU time of the process for each value, in nanoseconds. */
export interface RecorderAnswer {
  cpuNs: number
}

const name = recorderNames.find((one) => one === process.argv[2])
if (name === undefined) throw new Error(`Expected one of ${recorderNames.join(', ')}, got ${process.argv[2]}`)
const recorder = await recorderOf(name)

let all = latencies(0, 1)
process.on('message', ({ values }: RecorderRequest) => {
  if (all.ms.length !== values) all = latencies(values, 1)
  const begun = process.cpuUsage()
  const quantile = recorder.record(all)
  const { user, system } = process.cpuUsage(begun)
  if (!(quantile(0.5) > 700 && quantile(0.5) < 900))
    throw new Error(`Expected a median of 800 ms, got ${quantile(0.5)}`)
  process.send?.({ cpuNs: ((user + system) * 1000) / values } satisfies RecorderAnswer)
})
process.once('disconnect', () => process.exit())
