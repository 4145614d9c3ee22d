import type { Probe, ProbeRequest } from '../src/domain/study/breaking-point.ts'
import { mean, standardDeviation } from '../src/stats/moments.ts'
import { quantile } from '../src/stats/quantile.ts'
import { sorted } from '../src/stats/sorted.ts'
import type { Draw } from './draw.ts'
import { type Ended, heap, openQueue, type Queue } from './queue.ts'

/** A bound on a statistic of the time from when a run is due to its end, in seconds. */
export interface QueueObjective {
  /** From 0 to below 1; absent for the mean. */
  q?: number | undefined
  bound: number
}

const instants = 24

/** Makes what `request` asks for on a queue that is empty at first. */
export function probeQueue(queue: Queue, objective: QueueObjective, request: ProbeRequest, draw: Draw): Probe {
  const { load, leaveOut } = request
  const { all, endedEarly } = send(queue, objective, request, draw)
  const judged = all.slice(leaveOut).filter(({ ok }) => ok)
  const times = sorted(judged.map(({ due, end }) => end - due))
  const over = times.filter((time) => time > objective.bound).length
  const error = all.filter(({ ok }) => !ok).length
  return {
    load,
    runs: all.length,
    durationMs: 1000 * ((all.at(-1)?.due ?? 0) - (all[0]?.due ?? 0)),
    throughputPerSecond: throughputOf(all),
    inFlight: inFlightOf(all, leaveOut),
    objectives: [
      {
        n: times.length,
        over,
        value: times.length === 0 ? undefined : objective.q === undefined ? mean(times) : quantile(times, objective.q),
        deviation: standardDeviation(times),
      },
    ],
    failures: { error, timeout: 0, dropped: 0 },
    endedEarly,
  }
}

/** Sends the runs that `request` asks for, until they are made or it is hopeless. */
function send(queue: Queue, { bound }: QueueObjective, request: ProbeRequest, draw: Draw) {
  const { load, runs, leaveOut, isHopeless } = request
  const submit = openQueue(queue, draw)
  const all: Ended[] = []
  const pending = heap<Ended & { index: number }>(({ end }) => end)
  const soFar = { n: 0, over: 0 }
  const failures = { error: 0, timeout: 0, dropped: 0 }
  let endedEarly = false
  const start = (due: number) => {
    const ended = submit(due)
    pending.push({ ...ended, index: all.length })
    all.push(ended)
  }
  const settle = () => {
    const ended = pending.pop()
    if (ended === undefined) return
    if (!ended.ok) failures.error += 1
    else if (ended.index >= leaveOut) {
      soFar.n += 1
      if (ended.end - ended.due > bound) soFar.over += 1
    }
    endedEarly ||= isHopeless({ objectives: [soFar], failures })
    return ended.end
  }
  if ('concurrency' in load) {
    for (let lane = 0; lane < Math.min(load.concurrency, runs); lane++) start(0)
    while (all.length < runs) {
      const end = settle() ?? 0
      if (endedEarly) break
      start(end)
    }
  } else {
    for (let due = 0; all.length < runs; due += -Math.log(1 - draw.uniform()) / load.ratePerSecond) {
      while ((pending.peek()?.end ?? Number.POSITIVE_INFINITY) <= due) settle()
      if (endedEarly) break
      start(due)
    }
  }
  return { all, endedEarly }
}

function throughputOf(all: readonly Ended[]): number | undefined {
  const inOrder = all.toSorted((one, other) => one.end - other.end)
  const from = Math.floor(all.length / 5)
  const to = Math.ceil((all.length * 4) / 5) - 1
  const seconds = (inOrder[to]?.end ?? 0) - (inOrder[from]?.end ?? 0)
  return seconds > 0 ? inOrder.slice(from + 1, to + 1).filter(({ ok }) => ok).length / seconds : undefined
}

function inFlightOf(all: readonly Ended[], leaveOut: number): number[] {
  const from = all[Math.min(leaveOut, all.length - 1)]?.due ?? 0
  const to = all.at(-1)?.due ?? 0
  return Array.from({ length: instants }, (_, index) => {
    const at = from + ((to - from) * (index + 1)) / instants
    return all.filter(({ due, end }) => due <= at && end > at).length
  })
}
