import { risesToZero } from '../src/stats/root.ts'
import { drawing } from './draw.ts'
import { openQueue, type Queue } from './queue.ts'

const runs = 400_000
const warmup = 40_000

/** The highest rate that keeps at least `q` of the times below `bound`, and all but 1% of runs from being refused, in the long run. */
export function highestRate(queue: Queue, q: number, bound: number): number {
  const most = Math.min(queue.slots, queue.refusesAbove ?? queue.slots)
  return risesToZero((rate) => excess(queue, q, bound, rate), 0.02 * most, 1.1 * most, 0.0005 * most)
}

/** How many times as many runs as may be are refused or late, less 1; of the same runs at any rate. */
function excess(queue: Queue, q: number, bound: number, rate: number): number {
  const arrivals = drawing(1)
  const submit = openQueue(queue, drawing(2))
  let late = 0
  let refused = 0
  let due = 0
  for (let run = 0; run < runs; run++) {
    due -= Math.log(1 - arrivals.uniform()) / rate
    const { end, ok } = submit(due)
    if (run < warmup) continue
    if (!ok) refused += 1
    else if (end - due > bound) late += 1
  }
  const counted = runs - warmup
  return Math.max(late / ((1 - q) * (counted - refused)), refused / (0.01 * counted)) - 1
}
