import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Case, fingerprintCases, nameCase, stableJson } from '../../src/domain/case.ts'

describe('nameCase', () => {
  test.for<[unknown, string]>([
    ['refund invoice 17', 'refund invoice 17'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['x'.repeat(61), 'case 3'],
    ['two\nlines', 'case 3'],
    ['', 'case 3'],
    [17, 'case 3'],
    [{ goal: 'refund' }, 'case 3'],
    [undefined, 'case 3'],
  ])('the third case, with input %j, is called "%s"', ([input, name]) => {
    expect(nameCase({ input }, 2)).toEqual({ input, name })
  })

  test('a name that was given stays', () => {
    expect(nameCase({ name: 'mine', input: 'short' }, 0).name).toBe('mine')
  })

  test('the rest of the case stays as it is', () => {
    const given = { input: 1, expected: 2, category: 'simple', priority: 3 }
    expect(nameCase(given, 0)).toEqual({ ...given, name: 'case 1' })
  })
})

describe('fingerprintCases', () => {
  const refund: Case = {
    name: 'refund',
    input: { goal: 'refund', invoices: [{ id: 17, lines: ['a', 'b'] }], when: new Date(0) },
    expected: 'done',
    category: 'simple',
  }
  const print = fingerprintCases([refund])

  // cyrb53 as bryc published it (gist.github.com/bryc, "cyrb53"), of the stable JSON, in base 36
  test('is the one that committed baselines hold: it may never change between releases', () => {
    expect(print).toBe('20pihhctjqv')
    expect(fingerprintCases([{ name: 'case 1', input: undefined }])).toBe('2ap0g21syyy')
    expect(fingerprintCases([])).toBe('1mjsfpb3rfi')
  })

  test('the order of the keys does not matter', () => {
    const input = { when: new Date(0), invoices: [{ lines: ['a', 'b'], id: 17 }], goal: 'refund' }
    expect(fingerprintCases([{ category: 'simple', expected: 'done', input, name: 'refund' }])).toBe(print)
  })

  test('the order of arrays and of cases does', () => {
    const other: Case = { name: 'other', input: 1 }
    expect(fingerprintCases([{ ...refund, input: [1, 2] }])).not.toBe(fingerprintCases([{ ...refund, input: [2, 1] }]))
    expect(fingerprintCases([refund, other])).not.toBe(fingerprintCases([other, refund]))
  })

  test.for<[string, Case[]]>([
    ['a new name', [{ ...refund, name: 'refund 2' }]],
    ['another expectation', [{ ...refund, expected: 'done.' }]],
    ['another category', [{ ...refund, category: 'complex' }]],
    ['no category', [{ ...refund, category: undefined }]],
    ['an edit deep in the input', [{ ...refund, input: { goal: 'refund', invoices: [{ id: 18 }] } }]],
    ['one more case', [refund, { name: 'other', input: 1 }]],
    ['no cases', []],
  ])('%s is another list', ([, cases]) => {
    expect(fingerprintCases(cases)).not.toBe(print)
  })

  test('another order of execution is not', () => {
    expect(fingerprintCases([{ ...refund, priority: 9 }])).toBe(print)
  })

  test.for<[unknown, unknown]>([
    [1n, 2n],
    [function one() {}, function two() {}],
    [new Map([['a', 1]]), new Map([['a', 2]])],
    [new Set([1]), new Set([2])],
    [new Date(0), new Date(1)],
    [new Date(0), new Date(Number.NaN)],
    [new URL('http://a.test'), new URL('http://b.test')],
    [/a/, /b/],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [null, undefined],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['1', 1],
    [{}, []],
  ])('tells %o from %o', ([one, other]) => {
    expect(fingerprintCases([{ name: 'a', input: one }])).not.toBe(fingerprintCases([{ name: 'a', input: other }]))
  })

  test('an input that holds itself does not hang', () => {
    const input: Record<string, unknown> = { goal: 'refund' }
    input.self = input
    expect(fingerprintCases([{ name: 'a', input }])).toMatch(/^[0-9a-z]+$/)
  })

  test('of a hundred thousand edits no two are the same', () => {
    const prints = Array.from({ length: 100_000 }, (_, id) => fingerprintCases([{ name: 'a', input: id }]))
    expect(new Set(prints).size).toBe(prints.length)
  })
})

describe('stableJson', () => {
  test('is JSON for whatever JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('crashes on nothing', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
        expect(() => JSON.parse(stableJson(value))).not.toThrow()
      }),
    )
  })

  test('the same object twice is no cycle', () => {
    const shared = { a: 1 }
    expect(stableJson([shared, shared])).toBe('[{"a":1},{"a":1}]')
  })

  test('a date does not depend on the time zone of the machine', () => {
    expect(stableJson({ when: new Date(5) })).toBe('{"when":"1970-01-01T00:00:00.005Z"}')
  })

  test('what JSON cannot hold has a name instead of vanishing', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(stableJson({ a: undefined, b: 5n, c: Math.max, d: Symbol('s'), e: Number.NaN, f: cycle })).toBe(
      '{"a":"[undefined]","b":"5n","c":"[function max]","d":"[undefined]","e":"[NaN]","f":["[cycle]"]}',
    )
  })
})
