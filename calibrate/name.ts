/** The name of a line, of the parts that are there. */
export function nameOf(...parts: readonly (string | 0 | undefined)[]): string {
  return parts.filter(Boolean).join('.')
}

/** How names tell a deviation of times: `sigma_20`. */
export function sigmaName(sigma: number): string {
  return `sigma_${Math.round(sigma * 100)}`
}

/** How names tell a drift: `drift_3`. */
export function driftName(drift: number): string {
  return `drift_${Math.round(drift * 100)}`
}
