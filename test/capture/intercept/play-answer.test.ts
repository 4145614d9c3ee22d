import { expect, test } from 'vitest'
import type { LocalAnswer } from '../../../src/capture/intercept/passage.ts'
import { playAnswer } from '../../../src/capture/intercept/play-answer.ts'
import { sleep } from '../../../src/domain/clock.ts'
import { virtualClock } from '../../virtual-clock.ts'

function listening(clock = virtualClock()) {
  const heard: string[] = []
  const note = (what: string) => heard.push(`${what} at ${Math.round(clock.nowMs())}`)
  return {
    clock,
    heard,
    listener: {
      begin: () => note('headers'),
      part: (bytes: Uint8Array) => note(String(bytes)),
      end: () => note('end'),
      cut: () => note('cut'),
      isOver: () => false,
    },
  }
}

const parts = (...atMs: (number | undefined)[]) =>
  atMs.map((at, index) => ({ bytes: Buffer.from(`part ${index}`), atMs: at }))
const answer: LocalAnswer = { status: 200, headers: {}, parts: parts(undefined, undefined) }

test('an answer without times comes at once', () => {
  const { listener, heard } = listening()
  playAnswer(answer, listener)
  expect(heard).toEqual(['headers at 0', 'part 0 at 0', 'part 1 at 0', 'end at 0'])
})

test('an answer comes in its time, however late somebody was before', async () => {
  const { listener, heard, clock } = listening()
  playAnswer({ ...answer, headersAtMs: 10, parts: parts(20, 20, 50), endsAtMs: 60 }, listener, clock)
  await clock.run(() => sleep(clock, 100))
  expect(heard).toEqual(['headers at 10', 'part 0 at 20', 'part 1 at 20', 'part 2 at 50', 'end at 60'])
})

test('a broken answer has no end', () => {
  const { listener, heard } = listening()
  playAnswer({ ...answer, breaks: true }, listener)
  expect(heard.at(-1)).toBe('cut at 0')
})

test('nothing follows once nobody listens, or it is ended', async () => {
  const { listener, heard, clock } = listening()
  const timed = { ...answer, parts: parts(10, 20), endsAtMs: 30 }
  playAnswer(timed, { ...listener, isOver: () => heard.length >= 2 }, clock)
  await clock.run(() => sleep(clock, 100))
  expect(heard).toEqual(['headers at 0', 'part 0 at 10'])
  const other = listening()
  const stop = playAnswer(timed, other.listener, other.clock)
  await other.clock.run(() => sleep(other.clock, 12))
  stop()
  await other.clock.run(() => sleep(other.clock, 100))
  expect(other.heard).toEqual(['headers at 0', 'part 0 at 10'])
})
