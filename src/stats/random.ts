/**
 * A generator of uniform numbers from 0 to below 1, in steps of 2⁻³²; the same seed always gives the same numbers.
 *
 * xoshiro128** 1.1 of D. Blackman & S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM Transactions on
 * Mathematical Software 47 (2021). Its state is filled by splitmix32: the Weyl sequence of Steele, Lea & Flood, "Fast
 * Splittable Pseudorandom Number Generators" (2014), mixed by the 32-bit finalizer of MurmurHash3. Not for secrets.
 *
 * @param seed a whole number from 0 to 2³² − 1
 * @throws {RangeError} when `seed` is outside its range
 */
export function random(seed: number): () => number {
  if (seed >>> 0 !== seed)
    throw new RangeError(`expected a seed that is a whole number from 0 to 4294967295, got ${seed}`)
  const seedNext = splitmix32(seed)
  let a = seedNext()
  let b = seedNext()
  let c = seedNext()
  let d = seedNext()
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result / 2 ** 32
  }
}

/**
 * `count` different indices from 0 to `size` − 1, in ascending order, each set of them equally likely.
 *
 * Robert Floyd's algorithm: J. Bentley & B. Floyd, "Programming Pearls: A Sample of Brilliance", Communications of the
 * ACM 30 (1987). It draws `count` numbers from `next`, whatever the size.
 *
 * @param count how many to draw, a whole number from 0 to `size`
 * @param size how many there are to draw from, a whole number
 * @param next a generator of uniform numbers from 0 to below 1, such as {@link random} returns
 * @throws {RangeError} when `count` or `size` is outside its range
 */
export function sampleWithoutReplacement(count: number, size: number, next: () => number): number[] {
  if (!(Number.isInteger(count) && Number.isInteger(size) && count >= 0 && count <= size)) {
    throw new RangeError(`expected a whole number to draw from 0 to the size, got ${count} of ${size}`)
  }
  const chosen = new Set<number>()
  for (let last = size - count; last < size; last++) {
    const index = Math.floor(next() * (last + 1))
    chosen.add(chosen.has(index) ? last : index)
  }
  return [...chosen].sort((one, other) => one - other)
}

/**
 * A number of the exponential distribution with mean 1, above or at 0: −ln(1 − u). The gaps of a Poisson process of rate 1.
 *
 * L. Devroye, "Non-Uniform Random Variate Generation" (1986), section II.2. With steps of 2⁻³² of `next`, none is above
 * 22.2.
 *
 * @param next a generator of uniform numbers from 0 to below 1, such as {@link random} returns
 */
export function exponential(next: () => number): number {
  return -Math.log1p(-next())
}

/**
 * A number of the gamma distribution with this shape and scale 1, so that its mean and its variance are `shape`; divide
 * by `shape` for a mean of 1. Shape 1 is the exponential distribution; below it, numbers come in bursts as gaps.
 *
 * G. Marsaglia & W. W. Tsang, "A Simple Method for Generating Gamma Variables", ACM Transactions on Mathematical Software
 * 26 (2000); a shape below 1 by that of shape + 1, as their section 6 says.
 *
 * @param next a generator of uniform numbers from 0 to below 1, such as {@link random} returns
 * @param shape above 0
 * @throws {RangeError} when `shape` is not a finite number above 0
 */
export function gamma(next: () => number, shape: number): number {
  if (!(shape > 0 && shape < Number.POSITIVE_INFINITY)) throw new RangeError(`expected a shape above 0, got ${shape}`)
  if (shape < 1) return gamma(next, shape + 1) * (1 - next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(next)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - next()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v
  }
}

// G. E. P. Box & M. E. Muller, "A Note on the Generation of Random Normal Deviates", Annals of Mathematical Statistics 29 (1958).
function normal(next: () => number): number {
  return Math.sqrt(2 * exponential(next)) * Math.cos(2 * Math.PI * next())
}

function splitmix32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x85ebca6b)
    mixed ^= mixed >>> 13
    mixed = Math.imul(mixed, 0xc2b2ae35)
    return mixed ^ (mixed >>> 16)
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
