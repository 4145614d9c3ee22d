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
