import type { TestContext } from 'vitest'

let last: Promise<unknown> = Promise.resolve()
let waiting = 0

const takingTurns = 'Scenarios of one process take turns, even with .concurrent: two at once would measure each other.'

/**
 * The result of `work`, which starts when the scenarios before it have ended. One that has to wait says so in its test.
 *
 * @param context of the test that says so; absent when nothing should be said
 */
export async function takeTurn<Result>(context: TestContext | undefined, work: () => Promise<Result>): Promise<Result> {
  const before = last
  const mine = Promise.withResolvers<void>()
  last = mine.promise
  if (waiting > 0) await context?.annotate(takingTurns, 'bench-agent')
  waiting += 1
  try {
    await before
    return await work()
  } finally {
    waiting -= 1
    mine.resolve()
  }
}
