/**
 * Where `f`, which does not fall from `low` to `high`, rises to 0: a place where it is 0 or more, at most `tolerance` above one where it
 * is less. `low` when it is no less there, and `high` when it is less everywhere.
 *
 * The Illinois method: M. Dowell & P. Jarratt, "A Modified Regula Falsi Method for Computing the Root of an Equation", BIT 11 (1971);
 * by halves where steps of it do not close in.
 *
 * @param tolerance above 0
 */
export function risesToZero(f: (x: number) => number, low: number, high: number, tolerance: number): number {
  let below = { x: low, y: f(low) }
  if (below.y >= 0) return low
  let above = { x: high, y: f(high) }
  if (above.y < 0) return high
  let wasBelow: boolean | undefined
  for (let step = 1; above.x - below.x > tolerance; step++) {
    const middle = (below.x + above.x) / 2
    // Nearer than numbers are.
    if (middle <= below.x || middle >= above.x) return above.x
    const x = step % 4 === 0 ? middle : inside(between(below, above), below.x, above.x, tolerance)
    const y = f(x)
    const isBelow = y < 0
    // An end that stays twice is given half its weight, so that the next step lands beyond the root.
    if (isBelow) {
      below = { x, y }
      if (wasBelow === true) above = { ...above, y: above.y / 2 }
    } else {
      above = { x, y }
      if (wasBelow === false) below = { ...below, y: below.y / 2 }
    }
    wasBelow = isBelow
  }
  return above.x
}

// A step that ends beside an end has to pass the root that is there.
function inside(x: number, low: number, high: number, tolerance: number): number {
  const margin = Math.min(tolerance, high - low) / 2
  return Math.min(high - margin, Math.max(low + margin, x))
}

interface Point {
  x: number
  y: number
}

function between(below: Point, above: Point): number {
  return above.x - (above.y * (above.x - below.x)) / (above.y - below.y)
}
