import { quantile } from '../src/stats/quantile.ts'
import { sorted } from '../src/stats/sorted.ts'
import type { Draw } from './draw.ts'
import { type Ended, heap, openQueue, type Queue } from './queue.ts'

/** What a rule comes to. */
export interface Estimate {
  perSecond: number
  runs: number
}

/** A way in which other tools are used to find the highest load at which `q` of the times stay below `bound`. */
export interface LoadRule {
  /** Part of the names of its lines. */
  name: string
  /** What it is, and who has it. */
  label: string
  estimate: (queue: Queue, q: number, bound: number, draw: Draw) => Estimate
}

/** Rules that come with other tools. */
export const loadRules: readonly LoadRule[] = [
  {
    name: 'ramp',
    label: 'ramp, p95 since the start (k6)',
    estimate: (queue, q, bound, draw) => ramp(queue, q, bound, draw, Number.POSITIVE_INFINITY),
  },
  {
    name: 'ramp_window',
    label: 'ramp, p95 of the last 20 s',
    estimate: (queue, q, bound, draw) => ramp(queue, q, bound, draw, 20),
  },
  { name: 'bisection', label: 'doubling and bisection, 200 runs each (AIPerf)', estimate: bisect },
]

const rampLasts = 600
const looksEvery = 2
const firstLook = 10
const fewestValues = 20

/** A rate that rises to three times what the system can do within ten minutes, until `q` of the times no longer keep `bound`. */
function ramp(queue: Queue, q: number, bound: number, draw: Draw, window: number): Estimate {
  const rateAt = (time: number) => queue.slots * (0.05 + (3 * time) / rampLasts)
  const highest = rateAt(rampLasts)
  const submit = openQueue(queue, draw)
  const pending = heap<Ended>(({ end }) => end)
  let ended: Ended[] = []
  let look = firstLook
  let runs = 0
  for (let time = 0; ; ) {
    // Thinning: P. A. W. Lewis & G. S. Shedler, Naval Research Logistics Quarterly 26 (1979).
    time -= Math.log(1 - draw.uniform()) / highest
    for (; look <= Math.min(time, rampLasts); look += looksEvery) {
      while ((pending.peek()?.end ?? Number.POSITIVE_INFINITY) <= look) ended.push(pending.pop() as Ended)
      ended = ended.filter(({ end }) => end > look - window)
      if (isBroken(ended, q, bound)) return { perSecond: rateAt(look), runs }
    }
    if (time > rampLasts) return { perSecond: highest, runs }
    if (draw.uniform() * highest > rateAt(time)) continue
    pending.push(submit(time))
    runs += 1
  }
}

function isBroken(ended: readonly Ended[], q: number, bound: number): boolean {
  if (ended.length <= fewestValues) return false
  const late = ended.filter((one) => one.ok && one.end - one.due > bound).length
  const failed = ended.filter(({ ok }) => !ok).length
  return late > (1 - q) * (ended.length - failed) || failed > 0.01 * ended.length
}

const probeRuns = 200
const precision = 0.05

/** Doubles the rate until a probe misses the bound, then halves what lies between. */
function bisect(queue: Queue, q: number, bound: number, draw: Draw): Estimate {
  let runs = 0
  const misses = (rate: number) => {
    runs += probeRuns
    return isMissed(queue, q, bound, rate, draw)
  }
  let low = 1
  let high = 2
  for (; !misses(high); high *= 2) low = high
  while ((high - low) / high > precision) {
    const middle = (low + high) / 2
    if (misses(middle)) high = middle
    else low = middle
  }
  return { perSecond: (low + high) / 2, runs }
}

function isMissed(queue: Queue, q: number, bound: number, rate: number, draw: Draw): boolean {
  const submit = openQueue(queue, draw)
  let due = 0
  const all = Array.from({ length: probeRuns }, () => {
    due -= Math.log(1 - draw.uniform()) / rate
    return submit(due)
  })
  const good = all.slice(probeRuns / 5).filter(({ ok }) => ok)
  if (all.length - all.filter(({ ok }) => ok).length > 0.01 * probeRuns) return true
  return quantile(sorted(good.map((one) => one.end - one.due)), q) > bound
}
