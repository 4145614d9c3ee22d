const answersAfterMs = 2
const everyMs = 10_000
const stallFromMs = 5_000
const stallToMs = 6_000

/** When a request that comes at `atMs` is answered: no answer leaves between the fifth second of ten and the sixth. */
export function answerAtMs(atMs: number): number {
  const readyMs = atMs + answersAfterMs
  const inRoundMs = readyMs % everyMs
  const isHeld = inRoundMs >= stallFromMs && inRoundMs < stallToMs
  return isHeld ? readyMs - inRoundMs + stallToMs : readyMs
}
