/**
 * The probability that Student's t exceeds `t`, from 0 to 1, to a relative error below 1e-12. It is 0 for `t` above
 * 1e150.
 *
 * Half of the regularized incomplete beta function Iₓ(½ν, ½) at x = ν/(ν + t²), 26.7.1 of Abramowitz & Stegun,
 * "Handbook of Mathematical Functions" (1964).
 *
 * @param degreesOfFreedom above 0, not necessarily whole
 * @throws {RangeError} when `degreesOfFreedom` is outside its range
 */
export function studentUpperTail(t: number, degreesOfFreedom: number): number {
  requireDegrees(degreesOfFreedom)
  if (t < 0) return 1 - studentUpperTail(-t, degreesOfFreedom)
  if (t > 1e150) return 0
  const half = degreesOfFreedom / 2
  const outer = degreesOfFreedom / (degreesOfFreedom + t * t)
  const inner = (t * t) / (degreesOfFreedom + t * t)
  const scale = t * studentDensity(t, degreesOfFreedom)
  // Each fraction converges on its own side of t ≈ 1, and the tail is not small where it is taken from the centre.
  if (inner * (degreesOfFreedom + 1) >= 1) return (scale / 2) * betaFraction(half, 0.5, outer, inner)
  return 0.5 - (scale / 2) * betaFraction(0.5, half, inner, outer)
}

/**
 * The `p`-quantile of Student's t, found on {@link studentUpperTail} by Newton's method.
 *
 * @param p from 1e-100 to below 1
 * @param degreesOfFreedom from 1, not necessarily whole
 * @throws {RangeError} when `p` or `degreesOfFreedom` is outside its range
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  requireDegrees(degreesOfFreedom)
  if (degreesOfFreedom < 1) throw new RangeError(`expected degrees of freedom from 1, got ${degreesOfFreedom}`)
  if (!(p >= 1e-100 && p < 1)) throw new RangeError(`expected a probability from 1e-100 to below 1, got ${p}`)
  if (p > 0.5) return -studentQuantile(1 - p, degreesOfFreedom)
  if (p === 0.5) return 0
  // The logarithm of the tail is concave in the logarithm of t, so that from the right every step falls short of the
  // root.
  let t = 1
  while (studentUpperTail(t, degreesOfFreedom) > p) t *= 1.25
  for (;;) {
    const upper = studentUpperTail(t, degreesOfFreedom)
    const step = (Math.log(p / upper) * upper) / (t * studentDensity(t, degreesOfFreedom))
    if (!(step > 1e-16)) return -t
    t *= Math.exp(-step)
  }
}

function requireDegrees(degreesOfFreedom: number): void {
  if (degreesOfFreedom > 0 && Number.isFinite(degreesOfFreedom)) return
  throw new RangeError(`expected degrees of freedom above 0, got ${degreesOfFreedom}`)
}

function studentDensity(t: number, degreesOfFreedom: number): number {
  const half = degreesOfFreedom / 2
  const peak = gammaRatio(half) / Math.sqrt(Math.PI * degreesOfFreedom)
  return peak * Math.exp(-(half + 0.5) * Math.log1p((t * t) / degreesOfFreedom))
}

// Γ(a + ½) / Γ(a). Large gammas differ by less than their rounding, so the difference of their Stirling series is
// formed term by term; small arguments are moved up by Γ(a + 1) = a Γ(a).
function gammaRatio(a: number): number {
  if (a < 12) return (gammaRatio(a + 1) * a) / (a + 0.5)
  return Math.exp(a * Math.log1p(0.5 / a) - 0.5 + stirling(a + 0.5) - stirling(a)) * Math.sqrt(a)
}

// 6.1.41 of Abramowitz & Stegun, without the terms that are not small.
function stirling(a: number): number {
  const square = 1 / (a * a)
  return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))))) / a
}

// The incomplete beta function Iₓ(a, b) over xᵃ yᵇ / B(a, b), with y = 1 − x: the continued fraction BFRAC of A. R.
// DiDonato & A. H. Morris, "Algorithm 708", ACM Transactions on Mathematical Software 18 (1992), by Lentz's method.
// Taking y as well as x keeps what cancels when one of a and b is large.
function betaFraction(a: number, b: number, x: number, y: number): number {
  const excess = a > b ? (a + b) * y - b : a - (a + b) * x
  let fraction = (a / (a + 1)) * (excess + 1)
  let ahead = fraction
  let behind = 0
  for (let n = 1; n < 10_000; n++) {
    const step = a + 2 * n - 1
    const numerator = (((a + n - 1) * x) / step) * (((a + b + n - 1) * x) / step) * n * (b - n)
    const denominator = n + (n * (b - n) * x) / step + ((a + n) / (step + 2)) * (excess + 1 + n * (1 + y))
    ahead = denominator + numerator / ahead
    behind = 1 / (denominator + numerator * behind)
    fraction *= ahead * behind
    if (Math.abs(ahead * behind - 1) <= Number.EPSILON) break
  }
  return 1 / fraction
}
