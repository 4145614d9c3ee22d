/**
 * The probability that a standard normal variable exceeds `z`, from 0 to 1, to a relative error below 1e-12. Below
 * about 5e-324 (z above 38) it is 0.
 *
 * Near 0 the series of G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11 (2004);
 * beyond, the continued fraction of Laplace, 26.2.14 of Abramowitz & Stegun, "Handbook of Mathematical Functions"
 * (1964).
 */
export function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z)
  const density = Math.exp(-z * z * 0.5) / Math.sqrt(2 * Math.PI)
  return z < 2.5 ? 0.5 - density * centralSeries(z) : density / tailFraction(z)
}

// z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + …
function centralSeries(z: number): number {
  let term = z
  let total = z
  for (let odd = 3; term > total * 1e-17; odd += 2) {
    term *= (z * z) / odd
    total += term
  }
  return total
}

// z + 1/(z + 2/(z + 3/(z + …))); 60 levels are exact to the last bit from 2.5 upward.
function tailFraction(z: number): number {
  let fraction = z
  for (let level = 60; level > 0; level--) fraction = z + level / fraction
  return fraction
}

/**
 * The `p`-quantile of the standard normal distribution, to a relative error of about 1e-16.
 *
 * M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988),
 * routine PPND16.
 *
 * @param p above 0 and below 1
 * @throws {RangeError} when `p` is outside its range
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`expected a probability above 0 and below 1, got ${p}`)
  const offset = p - 0.5
  if (Math.abs(offset) <= 0.425) return offset * ratioAt(0.180625 - offset * offset, central)
  const depth = Math.sqrt(-Math.log(Math.min(p, 1 - p)))
  const magnitude = depth <= 5 ? ratioAt(depth - 1.6, tail) : ratioAt(depth - 5, farTail)
  return offset < 0 ? -magnitude : magnitude
}

/** Coefficients of a ratio of polynomials, from the highest power down; the published ones, rounded to doubles. */
interface Ratio {
  numerator: readonly number[]
  denominator: readonly number[]
}

function ratioAt(x: number, { numerator, denominator }: Ratio): number {
  const horner = (value: number, coefficient: number) => value * x + coefficient
  return numerator.reduce(horner, 0) / denominator.reduce(horner, 0)
}

const central: Ratio = {
  numerator: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  denominator: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
}
const tail: Ratio = {
  numerator: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  denominator: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
}
const farTail: Ratio = {
  numerator: [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  denominator: [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
}
