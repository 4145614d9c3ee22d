/** A part of a level over time: evenly from the end of the part before to its own. */
export interface Ramp {
  /** From 0; 0 is a jump. */
  durationMs: number
  /** At its end, from 0. */
  level: number
}

/** A level over time, as even ramps; after the last of them it stays. */
export interface Levels {
  /** Before the first ramp. */
  start: number
  ramps: readonly Ramp[]
}

/** How long the ramps of `levels` take together, in milliseconds. */
export function durationOf({ ramps }: Levels): number {
  return ramps.reduce((sum, { durationMs }) => sum + durationMs, 0)
}

/** The level at `atMs` from the start. */
export function levelAt({ start, ramps }: Levels, atMs: number): number {
  let level = start
  let fromMs = 0
  for (const ramp of ramps) {
    const toMs = fromMs + ramp.durationMs
    if (atMs < toMs) return level + ((ramp.level - level) * (atMs - fromMs)) / ramp.durationMs
    level = ramp.level
    fromMs = toMs
  }
  return level
}

/**
 * When the rounded level is next another one than at `atMs`, in milliseconds from the start; absent when it stays. Rounded, for
 * there are whole runs in flight only.
 */
export function nextStepMs(levels: Levels, atMs: number): number | undefined {
  const now = Math.round(levelAt(levels, atMs))
  let level = levels.start
  let fromMs = 0
  for (const { durationMs, level: end } of levels.ramps) {
    const toMs = fromMs + durationMs
    if (toMs > atMs) {
      const stepMs = crossing({ fromMs, toMs, level, end }, Math.max(atMs, fromMs), now)
      if (stepMs !== undefined) return stepMs
    }
    level = end
    fromMs = toMs
  }
  return undefined
}

interface Stretch {
  fromMs: number
  toMs: number
  level: number
  end: number
}

// Halves are rounded up, and sums of fractions a little to either side.
const past = 1e-6

/** When the rounded level leaves `now` within `stretch`, at `atMs` or later. */
function crossing({ fromMs, toMs, level, end }: Stretch, atMs: number, now: number): number | undefined {
  const slope = (end - level) / (toMs - fromMs)
  const here = Math.round(level + slope * (atMs - fromMs))
  if (here !== now) return atMs
  const half = now + (slope > 0 ? 0.5 : -0.5)
  const atHalfMs = slope === 0 ? Number.POSITIVE_INFINITY : fromMs + (half - level) / slope
  if (atHalfMs < toMs) return Math.max(atHalfMs, atMs) + past
  return Math.round(end) === now ? undefined : toMs
}

/**
 * When `levels`, taken as a rate per second, has come to `count` in all, in milliseconds from the start; absent when it never does
 * before its last ramp ends. The integral of an even ramp is a quadratic, whose root is taken in the form that does not cancel.
 */
export function instantOf({ start, ramps }: Levels, count: number): number | undefined {
  let level = start
  let fromMs = 0
  let counted = 0
  for (const { durationMs, level: end } of ramps) {
    const within = ((level + end) / 2) * (durationMs / 1000)
    if (counted + within > count) {
      const missing = count - counted
      if (missing <= 0) return fromMs
      const perSecond = ((end - level) * 1000) / durationMs
      return fromMs + (2000 * missing) / (level + Math.sqrt(Math.max(0, level * level + 2 * perSecond * missing)))
    }
    counted += within
    level = end
    fromMs += durationMs
  }
  return undefined
}
