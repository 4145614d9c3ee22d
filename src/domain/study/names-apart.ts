/**
 * `names` without the words that all of them begin or end with: `refund on a`, `refund on b` are told apart as `a` and `b`. As they are
 * where one of them would be left with nothing.
 */
export function namesApart(names: readonly string[]): string[] {
  const words = names.map((name) => name.split(' '))
  const begins = sharedWords(words)
  const rest = words.map((one) => one.slice(begins))
  const ends = sharedWords(rest.map((one) => one.toReversed()))
  const apart = rest.map((one) => one.slice(0, one.length - ends).join(' '))
  return apart.includes('') ? [...names] : apart
}

/** How many words all of `names` begin with. */
function sharedWords(names: readonly string[][]): number {
  const [first = []] = names
  const differs = first.findIndex((word, position) => names.some((one) => one[position] !== word))
  return differs < 0 ? first.length : differs
}
