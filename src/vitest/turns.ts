import type { TestContext } from 'vitest'

let last: Promise<unknown> = Promise.resolve()
let waiting = 0

/**
 * The result of `work`, which starts when the scenarios before it have ended: two at once would measure each other. A scenario
 * that has to wait says so.
 */
export async function takeTurn<Result>(context: TestContext, work: () => Promise<Result>): Promise<Result> {
  const before = last
  const mine = Promise.withResolvers<void>()
  last = mine.promise
  if (waiting > 0)
    await context.annotate(
      'Scenarios of one process take turns, even with .concurrent: two at once would measure each other.',
      'bench-agent',
    )
  waiting += 1
  try {
    await before
    return await work()
  } finally {
    waiting -= 1
    mine.resolve()
  }
}
