import type { Clock } from '../domain/clock.ts'
import { formatMs, plural } from '../domain/format.ts'
import { type Side, sides } from './turn-message.ts'
import type { TurnEvent } from './turn-order.ts'

/** How {@link followTurns} speaks. */
export interface TurnPace {
  say: (line: string) => void
  /** For what is soon outdated. */
  show: (line: string) => void
  clock: Clock
  /** Milliseconds between two lines that are soon outdated, at least. */
  showEveryMs: number
}

interface Course {
  name: string
  turns: number
  begunMs: number
  taken: Record<Side, number>
  /** What the turns that are over took, the warm-up left out. */
  spent: Record<Side, { turns: number; ms: number }>
  running?: { side: Side; sinceMs: number }
}

/** Tells which scenario is measured, how far it is, and how long it will still take. */
export function followTurns({ say, show, clock, showEveryMs }: TurnPace): (event: TurnEvent) => void {
  let course: Course | undefined
  let lastLineMs = clock.nowMs()
  return (event) => {
    const nowMs = clock.nowMs()
    if (event.type === 'begun') {
      const spent = { base: { turns: 0, ms: 0 }, candidate: { turns: 0, ms: 0 } }
      course = { name: event.name, turns: event.turns, begunMs: nowMs, taken: { base: 0, candidate: 0 }, spent }
      show(`${event.name}: ${plural(event.turns, 'turn')} a side`)
      lastLineMs = nowMs
      return
    }
    if (course === undefined) return
    endTurn(course, nowMs)
    if (event.type === 'ended') {
      say(`${course.name}: ${described(course)}, measured in ${formatMs(nowMs - course.begunMs)}`)
      course = undefined
      return
    }
    course.taken = event.taken
    course.running = { side: event.side, sinceMs: nowMs }
    if (nowMs - lastLineMs < showEveryMs) return
    lastLineMs = nowMs
    show(`${course.name}: ${position(course)}${progress(course)}`)
  }
}

function endTurn(course: Course, nowMs: number): void {
  const { running, taken, spent } = course
  // The first turn is the warm-up.
  if (running !== undefined && taken[running.side] > 1) {
    spent[running.side].turns += 1
    spent[running.side].ms += nowMs - running.sinceMs
  }
  delete course.running
}

function position({ taken, turns }: Course): string {
  const turn = Math.max(taken.base, taken.candidate) - 1
  return turn === 0 ? 'warm-up' : `turn ${turn} of ${turns}`
}

function progress(course: Course): string {
  const left = leftMs(course)
  return left === undefined ? '' : `, ${described(course)}, ${formatMs(left)} left`
}

function described({ spent }: Course): string {
  const told = sides.flatMap((side) => {
    const { turns, ms } = spent[side]
    return turns === 0 ? [] : [`${side} ${formatMs(ms / turns)}`]
  })
  return told.length === 0 ? 'no turn' : `${told.join(', ')} a turn`
}

/** How long the turns that are left will take by what those before took, in milliseconds; absent when nobody knows. */
function leftMs({ turns, taken, spent, running }: Course): number | undefined {
  let left = 0
  for (const side of sides) {
    if (spent[side].turns === 0) return undefined
    const over = taken[side] - (running?.side === side ? 1 : 0)
    // One more than planned, for the warm-up.
    left += (spent[side].ms / spent[side].turns) * Math.max(0, turns + 1 - over)
  }
  return left
}
