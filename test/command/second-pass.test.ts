import { expect, test } from 'vitest'
import { measureAgain, selectOnly } from '../../src/command/second-pass.ts'
import type { Selection } from '../../src/command/side.ts'
import { type Measured, usedPairs } from '../../src/command/used-pairs.ts'
import type { Sides } from '../../src/compare/suite/sides.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { timed } from './measured.ts'
import { surroundingsIn } from './surroundings.ts'

const everything: Selection = { projects: ['perf'], files: ['refund'], testName: 're' }

/** Both of what was measured. */
function joined(...all: readonly Measured[]): Measured {
  const records = (side: 'base' | 'candidate') => all.flatMap(({ outcomes }) => outcomes[side].records)
  return {
    pairs: all.flatMap(({ pairs }) => pairs),
    unpaired: [],
    outcomes: {
      base: { records: records('base'), dead: [] },
      candidate: { records: records('candidate'), dead: [] },
    },
  }
}

const noPass = () => {
  throw new Error('expected no second pass')
}

test('what looks worse is measured once more, and nothing else', async () => {
  const first = joined(timed('refund', 1.3), timed('greet', 1))
  const around = surroundingsIn('')
  const asked: Selection[] = []
  const second = await measureAgain(
    first,
    everything,
    async (selection) => {
      asked.push(selection)
      return timed('refund', 1.3, 'again')
    },
    around,
  )
  expect(asked).toEqual([{ projects: ['perf'], files: ['test/refund.perf.ts'], testName: '^(?:refund)$' }])
  expect(second?.suspects.map(({ candidate }) => candidate.identity.name)).toEqual(['refund'])
  expect(around.said).toEqual(['confirming 1 of 2 scenarios'])
})

test.each([1, 0.7])('what takes %f times as long is not measured once more', async (ratio) => {
  const around = surroundingsIn('')
  expect(await measureAgain(timed('refund', ratio), everything, noPass, around)).toBeUndefined()
  expect(around.said).toEqual([])
})

test('a second pass that fails leaves the first one as it is', async () => {
  const around = surroundingsIn('')
  const second = await measureAgain(
    timed('refund', 1.3),
    everything,
    () => Promise.reject(new Error('Expected results, got none:\n  Segmentation fault')),
    around,
  )
  expect(second).toMatchObject({ suspects: [{}], failure: 'Expected results, got none' })
  expect(around.said.at(-1)).toContain('Segmentation fault')
})

test('who interrupts the second pass wants no answer', async () => {
  const interruption = new AbortController()
  const around = { ...surroundingsIn(''), signal: interruption.signal }
  const interrupted = measureAgain(
    timed('refund', 1.3),
    everything,
    async () => {
      interruption.abort(new Error('interrupted'))
      throw new Error('killed')
    },
    around,
  )
  await expect(interrupted).rejects.toThrow('interrupted')
})

/** A scenario that is called this on both sides, or `before` in the base. */
function called(suite: string[], name: string, before = name): Sides[] {
  const named = (record: ExecutionRecord, own: string) => ({
    ...record,
    identity: { ...record.identity, suite, name: own },
  })
  return usedPairs(timed(name, 1)).flatMap(({ records }) =>
    records === undefined ? [] : [{ base: named(records.base, before), candidate: named(records.candidate, name) }],
  )
}

const matches = (suspects: readonly Sides[], name: string) =>
  new RegExp(selectOnly(suspects, everything).testName ?? '').test(name)

test('names are taken as they are, and whole', () => {
  expect(matches(called([], 'costs $5 (a+b) [x|y].*'), 'costs $5 (a+b) [x|y].*')).toBe(true)
  expect(matches(called([], 'a.c'), 'abc')).toBe(false)
  expect(matches(called([], 'refund'), 'refund twice')).toBe(false)
  expect(matches([...called([], 'refund'), ...called([], 'greet')], 'greet')).toBe(true)
})

test('names within suites are those of either Vitest', () => {
  for (const name of ['a group refund', 'a group > refund'])
    expect(matches(called(['a group'], 'refund'), name)).toBe(true)
  expect(matches(called(['a group'], 'refund'), 'refund')).toBe(false)
})

test('a measurement inside of a test goes by the name of the test', () => {
  expect(matches(called(['a group', 'an answer stays cheap'], 'one'), 'a group > an answer stays cheap')).toBe(true)
})

test('a scenario that was called something else in the base is found there, too', () => {
  expect(matches(called([], 'new name', 'old name'), 'old name')).toBe(true)
})
