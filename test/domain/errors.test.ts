import { describe, expect, test } from 'vitest'
import { BenchAgentError, messageOf, mistakesError, quoteValue } from '../../src/domain/errors.ts'

describe('mistakesError', () => {
  const runs = { path: 'runs', expected: 'at least 1', got: '0' }
  const limit = { path: 'limits.steps', expected: 'a number', got: '"9"', remedy: 'Leave the quotes out.' }

  test('holds every mistake: expected, got, and what to do', () => {
    expect(mistakesError('BENCH_AGENT_OPTIONS', 'the options of "refund"', [runs, limit]).message).toBe(
      [
        '2 mistakes in the options of "refund" (BENCH_AGENT_OPTIONS):',
        '  Expected runs to be at least 1, got 0.',
        '  Expected limits.steps to be a number, got "9". Leave the quotes out.',
      ].join('\n'),
    )
  })

  test('one mistake is not two', () => {
    expect(mistakesError('BENCH_AGENT_OPTIONS', 'x', [runs]).message).toMatch(/^One mistake in x /)
  })

  test('of thousands the first twenty are told, and how many more there are', () => {
    const many = Array.from({ length: 3000 }, (_, line) => ({ path: `line ${line + 1}`, expected: 'JSON', got: '"x"' }))
    const lines = mistakesError('BENCH_AGENT_CASES', 'x', many).message.split('\n')
    expect(lines[0]).toMatch(/^3000 mistakes in x/)
    expect(lines.at(-2)).toBe('  Expected line 20 to be JSON, got "x".')
    expect(lines.at(-1)).toBe('  …and 2980 more.')
    expect(mistakesError('BENCH_AGENT_CASES', 'x', many.slice(0, 20)).message).not.toContain('more.')
  })

  test('is a BenchAgentError with its code, for machines', () => {
    const error = mistakesError('BENCH_AGENT_CASES', 'x', [runs])
    expect(error).toBeInstanceOf(BenchAgentError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'BenchAgentError', code: 'BENCH_AGENT_CASES' })
  })
})

test('a BenchAgentError keeps its cause', () => {
  const cause = new Error('ENOSPC')
  expect(new BenchAgentError('BENCH_AGENT_FILE', 'full', { cause }).cause).toBe(cause)
})

describe('quoteValue', () => {
  test.for<[unknown, string]>([
    ['9', '"9"'],
    ['', '""'],
    ['a\nb', '"a\\nb"'],
    [9, '9'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2, 3], 'an array of 3'],
    [{ p95: 4, p50: 1 }, 'an object with p95, p50'],
    [{}, 'an object with no keys'],
    [Object.fromEntries(Array.from('abcdefgh', (key) => [key, 1])), 'an object with a, b, c, d, e'],
    [function onRun() {}, 'the function onRun'],
    [(() => () => {})(), 'the function (anonymous)'],
    [10n, 'a bigint'],
    [Symbol('x'), 'a symbol'],
  ])('%o is quoted as %s', ([value, text]) => {
    expect(quoteValue(value)).toBe(text)
  })

  test('a long text is cut, and stays on one line', () => {
    expect(quoteValue('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`)
    expect(quoteValue('x'.repeat(61))).toBe(`"${'x'.repeat(57)}…"`)
  })
})

describe('messageOf', () => {
  test.for<[unknown, string]>([
    [new Error('refused'), 'refused'],
    [new TypeError(''), 'TypeError'],
    ['just text', 'just text'],
    [undefined, 'undefined'],
    [{ toString: () => 'own words' }, 'own words'],
  ])('whatever was thrown has a message: %o', ([thrown, text]) => {
    expect(messageOf(thrown)).toBe(text)
  })
})
