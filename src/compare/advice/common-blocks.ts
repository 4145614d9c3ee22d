import type { PromptBlocks } from '../../domain/prompt-blocks.ts'

/** What a prompt has of one before. */
export interface CommonBlocks {
  /** Characters in common, in the same order. */
  common: number
  /** Of these, the ones before the first difference. */
  leading: number
  /** Position of the first block that differs; that after the last one where none does. */
  firstDifference: number
}

/**
 * What `prompt` has of `before`: the blocks until the first difference, and behind it the most blocks that follow one another in
 * both in the same order. Blocks that a prompt has several times are no sign that one comes from the other, and are not counted
 * there.
 */
export function commonBlocks(before: PromptBlocks, prompt: PromptBlocks): CommonBlocks {
  const { hashes, lengths } = prompt
  let firstDifference = 0
  while (firstDifference < hashes.length && hashes[firstDifference] === before.hashes[firstDifference])
    firstDifference++
  const leading = lengths.slice(0, firstDifference).reduce((sum, length) => sum + length, 0)
  const places = placesOf(before.hashes)
  const own = placesOf(hashes)
  const pairs: { at: number; place: number }[] = []
  for (let at = firstDifference; at < hashes.length; at++) {
    const hash = hashes[at] ?? 0
    const place = places.get(hash)
    if (place !== undefined && place >= firstDifference && own.get(hash) === at) pairs.push({ at, place })
  }
  const kept = longestRising(pairs.map(({ place }) => place))
  const behind = kept.reduce((sum, index) => sum + (lengths[pairs[index]?.at ?? -1] ?? 0), 0)
  return { common: leading + behind, leading, firstDifference }
}

/** Where each hash stands that is there once. */
function placesOf(hashes: Uint32Array): Map<number, number> {
  const places = new Map<number, number>()
  const repeated = new Set<number>()
  for (const [at, hash] of hashes.entries()) {
    if (places.has(hash)) repeated.add(hash)
    places.set(hash, at)
  }
  for (const hash of repeated) places.delete(hash)
  return places
}

/**
 * Positions of a longest rising subsequence of `values`, which are all different.
 *
 * @see C. Schensted, Canadian Journal of Mathematics 13, 1961
 */
export function longestRising(values: readonly number[]): number[] {
  /** Of each length less one, the position at which a rising subsequence of that length ends lowest. */
  const ends: number[] = []
  const previous: (number | undefined)[] = []
  for (const [position, value] of values.entries()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1
      else high = middle
    }
    previous.push(low === 0 ? undefined : ends[low - 1])
    ends[low] = position
  }
  const found: number[] = []
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) found.push(at)
  return found.reverse()
}
