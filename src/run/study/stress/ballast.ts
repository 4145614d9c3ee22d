import type { Clock } from '../../../domain/clock.ts'
import type { StressScenario } from './scenarios.ts'

const everyMs = 50
const chunkBytes = 2 ** 20

/** Has the process hold and make memory until the returned function is called. */
export function holdBallast(
  { heldBytes, garbageBytesPerSecond }: NonNullable<StressScenario['ballast']>,
  clock: Clock,
): () => void {
  const held = Array.from({ length: Math.ceil(heldBytes / chunkBytes) }, () => Buffer.alloc(chunkBytes, 1))
  // On V8's heap, where it costs collections: a number takes 8 bytes there.
  const numbers = Math.ceil((garbageBytesPerSecond * everyMs) / 1000 / 8)
  let garbage: number[] = []
  const stop = clock.every(everyMs, () => {
    garbage = new Array<number>(numbers).fill(0.5)
  })
  return () => {
    stop()
    held.length = 0
    garbage.length = 0
  }
}
