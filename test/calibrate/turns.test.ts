import { describe, expect, test } from 'vitest'
import { drawing } from '../../calibrate/draw.ts'
import type { Change } from '../../calibrate/scenario.ts'
import { drawCases, drawTurns } from '../../calibrate/turns.ts'
import { mean } from '../../src/stats/moments.ts'

function drawn(change?: Change, levels = Array<number>(10).fill(0)) {
  return drawTurns(drawing(1), 0.2, levels, change)
}

function inOrder(cases: readonly number[][]): number[] {
  const rounds = cases[0]?.length ?? 0
  return Array.from({ length: rounds }, (_, round) => cases.map((one) => Math.log((one[round] ?? 0) / 1000))).flat()
}

describe('two versions in turns', () => {
  test('make five runs of each of ten cases', () => {
    const { base, candidate } = drawn()
    expect([base, candidate].map(({ workingMs }) => workingMs.map((one) => one.length))).toEqual(
      Array(2).fill(Array(10).fill(5)),
    )
  })

  test('differ by a change of the candidate alone', () => {
    const before = drawn()
    const after = drawn({ time: 1.2 })
    expect(after.base).toEqual(before.base)
    expect(after.candidate.workingMs.flat()).toEqual(
      before.candidate.workingMs.flat().map((value) => expect.closeTo(value * 1.2)),
    )
  })

  test('share what cases take', () => {
    const levels = drawCases(drawing(3))
    const { base, candidate } = drawTurns(drawing(1), 0, levels)
    for (const { workingMs } of [base, candidate])
      expect(workingMs.map((one) => Math.log(Math.min(...one) / 1000))).toEqual(
        levels.map((one) => expect.closeTo(one)),
      )
  })

  test('go base, candidate, candidate, base, and are like their neighbours', () => {
    const draw = drawing(4)
    // Wide, so that spikes do not matter.
    const turns = Array.from({ length: 400 }, () => drawTurns(draw, 50, Array<number>(10).fill(0))).map(
      ({ base, candidate }) => ({ base: inOrder(base.workingMs), candidate: inOrder(candidate.workingMs) }),
    )
    const likeness = (pairs: [number, number][]) => mean(pairs.map(([one, other]) => one * other)) / 50 ** 2
    const together = turns.flatMap(({ base, candidate }) =>
      base.map((one, turn): [number, number] => [one, candidate[turn] ?? 0]),
    )
    const seconds = turns.flatMap(({ candidate }) =>
      candidate.flatMap((one, turn): [number, number][] => (turn % 2 === 0 ? [[one, candidate[turn + 1] ?? 0]] : [])),
    )
    const firsts = turns.flatMap(({ base }) =>
      base.flatMap((one, turn): [number, number][] => (turn % 2 === 0 ? [[one, base[turn + 1] ?? 0]] : [])),
    )
    expect(likeness(together)).toBeCloseTo(0.2, 1)
    expect(likeness(seconds)).toBeCloseTo(0.2, 1)
    // Three turns lie between them: 0.2³.
    expect(Math.abs(likeness(firsts))).toBeLessThan(0.05)
  })
})
