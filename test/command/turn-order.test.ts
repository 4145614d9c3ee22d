import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Opening, type Reply, type Side, sides } from '../../src/command/turn-message.ts'
import { createTurnOrder, type TurnEvent, type TurnOrder } from '../../src/command/turn-order.ts'
import { random } from '../../src/stats/random.ts'

/** A coordinator with everything that it has answered. */
function open(): { order: TurnOrder; answers: Map<object, Reply[]>; events: TurnEvent[] } {
  const answers = new Map<object, Reply[]>()
  const events: TurnEvent[] = []
  const order = createTurnOrder({
    answer: (asker, reply) => answers.set(asker, [...(answers.get(asker) ?? []), reply]),
    tell: (event) => events.push(event),
  })
  return { order, answers, events }
}

/** A scenario of `a.perf.ts`, where those in `later` come after it. */
function opening(side: Side, name: string, later: string[] = [], file = 'a.perf.ts'): Opening {
  return {
    type: 'open',
    side,
    key: name,
    test: name,
    later,
    file,
    name,
    comparability: 'same',
    execution: `${side} ${name}`,
    turns: 2,
  }
}

/** Both sides are about to run `a.perf.ts` and `b.perf.ts`. */
function begun(): ReturnType<typeof open> {
  const opened = open()
  for (const side of sides) opened.order.begin(side, ['a.perf.ts', 'b.perf.ts'])
  return opened
}

const go = { type: 'go' }
const base = { name: 'base' }
const candidate = { name: 'candidate' }

describe('two sides with the same scenario', () => {
  test('wait for one another, and then take turns in the order A B B A', () => {
    const { order, answers, events } = begun()
    order.open(base, opening('base', 'refund'))
    expect(answers.size).toBe(0)
    order.open(candidate, opening('candidate', 'refund'))
    for (const asker of [base, candidate, candidate, base, base, candidate]) order.next(asker)
    const turns = events.flatMap((event) => (event.type === 'turn' ? [event.side] : []))
    expect(turns).toEqual(['base', 'candidate', 'candidate', 'base', 'base', 'candidate', 'candidate'])
  })

  test('do not begin before both sessions have', () => {
    const { order, answers } = open()
    order.begin('candidate', ['a.perf.ts'])
    order.open(candidate, opening('candidate', 'refund'))
    order.open(base, opening('base', 'refund'))
    expect(answers.size).toBe(0)
    order.begin('base', ['a.perf.ts'])
    expect(answers.get(base)).toEqual([go])
  })

  test('leave it together, so that none works while the other measures', () => {
    const { order, answers } = begun()
    order.open(base, opening('base', 'refund'))
    order.open(candidate, opening('candidate', 'refund'))
    order.next(base)
    order.next(candidate)
    order.done(candidate)
    order.next(base)
    expect(answers.get(candidate)).toEqual([go, go])
    order.done(base)
    expect(answers.get(candidate)).toEqual([go, go, go])
    expect(order.pairs()).toEqual([
      { name: 'refund', file: 'a.perf.ts', executions: { base: 'base refund', candidate: 'candidate refund' } },
    ])
  })

  test('make as many turns each, where one makes fewer', () => {
    const { order, answers } = begun()
    order.open(base, opening('base', 'refund'))
    order.open(candidate, opening('candidate', 'refund'))
    order.next(base)
    order.done(candidate)
    expect(answers.get(base)?.at(-1)).toEqual({ type: 'stop', reason: 'refund has come to its end in the candidate' })
    order.done(base)
    expect(answers.get(candidate)?.at(-1)).toEqual(go)
  })

  test('go on when a process ends in it: the other one is stopped', () => {
    const { order, answers } = begun()
    order.open(base, opening('base', 'refund'))
    order.open(candidate, opening('candidate', 'refund'))
    order.next(base)
    order.gone(candidate)
    expect(answers.get(base)?.at(-1)?.type).toBe('stop')
    order.done(base)
    expect(answers.get(base)?.at(-1)).toEqual(go)
    expect(order.pairs()[0]?.lost).toBe('candidate')
  })
})

describe('a scenario of one side only', () => {
  test('is left out as soon as the other side cannot come to it any more', () => {
    const { order, answers } = begun()
    order.open(base, opening('base', 'old', ['refund']))
    order.open(candidate, opening('candidate', 'refund', ['new']))
    expect(answers.get(base)).toEqual([{ type: 'stop', reason: 'the candidate does not run it' }])
    expect(answers.has(candidate)).toBe(false)
    order.open({}, opening('base', 'refund'))
    expect(answers.get(candidate)).toBeUndefined()
    expect(order.unpaired()).toMatchObject([{ side: 'base', name: 'old', kind: 'absent' }])
  })

  test('waits as long as its file is still to come', () => {
    const { order, answers } = begun()
    order.open(base, opening('base', 'refund'))
    expect(answers.size).toBe(0)
    order.fileEnded('candidate', 'a.perf.ts')
    expect(answers.get(base)?.[0]?.type).toBe('stop')
  })

  test('says what kept the other side from loading its file', () => {
    const { order } = begun()
    order.open(base, opening('base', 'refund'))
    order.fileEnded('candidate', 'a.perf.ts', 'SyntaxError: no')
    expect(order.unpaired()).toMatchObject([
      { kind: 'broken', reason: 'its file broke off in the candidate: SyntaxError: no' },
    ])
  })

  test('is left out at the end of the other session', () => {
    const { order, answers } = begun()
    order.open(candidate, opening('candidate', 'new'))
    order.sessionEnded('base')
    expect(answers.get(candidate)?.[0]?.type).toBe('stop')
  })

  test('is broken when the process that should have come to it ended before', () => {
    const { order } = begun()
    order.open(base, opening('base', 'refund', ['later']))
    order.open(candidate, opening('candidate', 'refund', ['later']))
    order.gone(candidate)
    order.done(base)
    order.fileEnded('candidate', 'a.perf.ts')
    order.open({}, opening('base', 'later'))
    expect(order.unpaired()).toMatchObject([{ kind: 'broken', reason: expect.stringContaining('ended in refund') }])
  })
})

test('a scenario whose cases changed is another one, and costs no run', () => {
  const { order, answers } = begun()
  order.open(base, opening('base', 'refund'))
  order.open(candidate, { ...opening('candidate', 'refund'), comparability: 'other' })
  expect([answers.get(base)?.[0]?.type, answers.get(candidate)?.[0]?.type]).toEqual(['stop', 'stop'])
  expect(order.pairs()).toEqual([])
  expect(order.unpaired()).toMatchObject([{ kind: 'changed' }, { kind: 'changed' }])
})

test('scenarios that changed places cost one of them, and nobody waits for ever', () => {
  const { order, answers } = begun()
  order.open(base, opening('base', 'first', ['second']))
  order.open(candidate, opening('candidate', 'second', ['first']))
  expect(answers.get(base)?.[0]?.type).toBe('stop')
  const again = {}
  order.open(again, opening('base', 'second'))
  expect(answers.get(again) ?? answers.get(candidate)).toEqual([go])
  expect(order.unpaired()).toMatchObject([{ side: 'base', name: 'first', kind: 'order' }])
})

test('a second attempt is left out, for it has no counterpart', () => {
  const { order, answers } = begun()
  order.open(base, opening('base', 'refund'))
  order.open(candidate, opening('candidate', 'refund'))
  for (const asker of [base, candidate]) order.done(asker)
  order.open(base, opening('base', 'refund'))
  expect(answers.get(base)?.at(-1)?.type).toBe('stop')
})

// What follows plays whole sessions: two sides that go their way at their own pace, and wait only where they are told to.

interface Played {
  name: string
  turns: number
  /** After how many turns its process dies; absent when it does not. */
  dies?: number | undefined
  skipped: boolean
  retried: boolean
}
type Files = { file: string; broken: boolean; scenarios: Played[] }[]

/** What a side does, one step after the other; after each step that yields an asker it waits for the answer. */
function* play(side: Side, files: Files, order: TurnOrder, told: (asker: object) => Reply[], working: Set<Side>) {
  order.begin(
    side,
    files.map(({ file }) => file),
  )
  yield
  for (const { file, broken, scenarios } of files) {
    const runnable = broken ? [] : scenarios.filter(({ skipped }) => !skipped)
    const names = runnable.map(({ name }) => name)
    let died = false
    for (const [position, scenario] of runnable.entries()) {
      for (let attempt = 0; attempt < (scenario.retried ? 2 : 1) && !died; attempt++) {
        const asker = { side, name: scenario.name }
        order.open(asker, opening(side, scenario.name, names.slice(position + 1), file))
        yield asker
        if (told(asker).at(-1)?.type === 'stop') continue
        for (let turn = 0; turn <= scenario.turns && !died; turn++) {
          working.add(side)
          yield
          working.delete(side)
          died = turn === scenario.dies
          if (died) order.gone(asker)
          else if (turn === scenario.turns) order.done(asker)
          else order.next(asker)
          if (!died) yield asker
          if (told(asker).at(-1)?.type === 'stop') {
            order.done(asker)
            yield asker
            break
          }
        }
      }
    }
    order.fileEnded(side, file, broken ? 'SyntaxError' : undefined)
    yield
  }
  order.sessionEnded(side)
}

const scenario = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  turns: fc.integer({ min: 0, max: 4 }),
  dies: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 6 }),
  skipped: fc.boolean(),
  retried: fc.boolean(),
})
const filesOf = fc.uniqueArray(
  fc.record({
    file: fc.constantFrom('1', '2', '3'),
    broken: fc.boolean(),
    scenarios: fc.uniqueArray(scenario, { selector: ({ name }) => name, maxLength: 4 }),
  }),
  { selector: ({ file }) => file, maxLength: 3 },
)
const withKeys = (files: Files): Files =>
  files.map(({ scenarios, ...file }) => ({
    ...file,
    scenarios: scenarios.map((one) => ({ ...one, name: `${file.file}/${one.name}` })),
  }))

test('whatever the sides do, both come to their end, and never do two work at once', () => {
  fc.assert(
    fc.property(filesOf, filesOf, fc.integer({ min: 1, max: 1e9 }), (left, right, seed) => {
      const { order, answers } = open()
      const next = random(seed)
      const working = new Set<Side>()
      const told = (asker: object) => answers.get(asker) ?? []
      const given: Record<Side, Files> = { base: withKeys(left), candidate: withKeys(right) }
      const players = sides.map((side) => ({
        steps: play(side, given[side], order, told, working),
        waits: (): boolean => false,
      }))
      let active = players
      for (let step = 0; active.length > 0; step++) {
        const free = active.filter(({ waits }) => !waits())
        expect(free.length, 'nobody can go on').toBeGreaterThan(0)
        const player = free[Math.floor(next() * free.length)]
        if (player === undefined) throw new Error('no player')
        const before = new Map([...answers].map(([asker, replies]) => [asker, replies.length]))
        const { value: asker, done } = player.steps.next()
        expect(working.size).toBeLessThan(2)
        if (done) active = active.filter((one) => one !== player)
        const known = asker === undefined ? 0 : (before.get(asker) ?? 0)
        player.waits = () => asker !== undefined && told(asker).length <= known
        expect(step).toBeLessThan(10_000)
      }
      for (const { name } of order.pairs()) expect(order.unpaired().map((one) => one.name)).not.toContain(name)
    }),
    { numRuns: 2_000 },
  )
})
