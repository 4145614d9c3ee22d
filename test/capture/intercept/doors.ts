import { afterEach } from 'vitest'
import { causesOf } from '../../../src/capture/failure.ts'
import { propertyOf } from '../../../src/capture/fields.ts'
import { openDoor } from '../../../src/capture/intercept/door.ts'
import type { Departure, Passage } from '../../../src/capture/intercept/passage.ts'

/** Where a model is asked. */
export const path = '/v1/chat/completions'

/** What it is asked. */
export const question = JSON.stringify({
  model: 'gpt-5',
  messages: [{ role: 'user', content: 'Grüße, 世界' }],
  stream: true,
})

/** An answer that names the model that the request asked. */
export const answer: Passage = {
  kind: 'answer',
  injected: 'rateLimit',
  answer: (request) => ({
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '7' },
    parts: [
      { bytes: Buffer.from(JSON.stringify({ error: { message: `slow down, ${JSON.parse(String(request)).model}` } })) },
    ],
  }),
}

/** Passages of the requests to come, in order; those after them go their way. */
export let passages: (Passage | undefined)[] = []

/** The requests that came to the door since it was opened. */
export let departures: Departure[] = []

let close: (() => Promise<void>) | undefined

/** Opens the door at which the next requests pass as `given`; a test that ends closes it. */
export async function open(...given: (Passage | undefined)[]): Promise<void> {
  passages = given
  departures = []
  close = await openDoor({
    decide: (departure) => {
      departures.push(departure)
      return passages.shift()
    },
  })
}

/** Closes the door, if it is open. */
export async function closeDoor(): Promise<void> {
  await close?.()
  close = undefined
}

/** Has every test of a file leave the door closed. */
export function closeDoorAfterEach(): void {
  afterEach(closeDoor)
}

/** The codes of `error` and of what caused it. */
export function codesOf(error: unknown): unknown[] {
  return causesOf(error).map((cause) => propertyOf(cause, 'code'))
}
