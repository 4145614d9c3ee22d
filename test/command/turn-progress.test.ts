import { expect, test } from 'vitest'
import type { Side } from '../../src/command/turn-message.ts'
import { followTurns } from '../../src/command/turn-progress.ts'
import { sleep } from '../../src/domain/clock.ts'
import { virtualClock } from '../virtual-clock.ts'

test('turns are told with how long they take and what is left', async () => {
  const clock = virtualClock()
  const [said, shown]: [string[], string[]] = [[], []]
  const tell = followTurns({
    say: (line) => said.push(line),
    show: (line) => shown.push(line),
    clock,
    showEveryMs: 100,
  })
  await clock.run(async () => {
    tell({ type: 'begun', name: 'refund', file: 'a.perf.ts', turns: 2 })
    const taken = { base: 0, candidate: 0 }
    const turn = async (side: Side, ms: number) => {
      taken[side] += 1
      tell({ type: 'turn', side, taken: { ...taken } })
      await sleep(clock, ms)
    }
    // The warm-up counts for nothing.
    await turn('base', 900)
    await turn('candidate', 900)
    await turn('candidate', 400)
    await turn('base', 200)
    await turn('base', 200)
    await turn('candidate', 600)
    tell({ type: 'ended', name: 'refund' })
  })
  expect(shown).toEqual([
    'refund: 2 turns a side',
    'refund: warm-up',
    'refund: turn 1 of 2',
    'refund: turn 1 of 2',
    'refund: turn 2 of 2, base 200 ms, candidate 400 ms a turn, 600 ms left',
    'refund: turn 2 of 2, base 200 ms, candidate 400 ms a turn, 400 ms left',
  ])
  expect(said).toEqual(['refund: base 200 ms, candidate 500 ms a turn, measured in 3.2 s'])
})

test('a scenario without a single turn says so', () => {
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const tell = followTurns({ say, show: say, clock: virtualClock(), showEveryMs: 0 })
  tell({ type: 'ended', name: 'nothing' })
  tell({ type: 'begun', name: 'refund', file: '', turns: 1 })
  tell({ type: 'ended', name: 'refund' })
  expect(said).toEqual(['refund: 1 turn a side', 'refund: no turn, measured in 0 ms'])
})
