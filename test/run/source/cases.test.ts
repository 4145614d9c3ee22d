import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CaseInput } from '../../../src/domain/case.ts'
import { jsonl } from '../../../src/run/source/case-file.ts'
import { isImmediate, resolveCases } from '../../../src/run/source/cases.ts'

const numbered = (size: number): CaseInput[] => Array.from({ length: size }, (_, id) => ({ input: id }))

async function names(...cases: CaseInput[]): Promise<string[]> {
  return (await resolveCases({ cases }, '.')).map((one) => one.name)
}

describe('cases come from', () => {
  const wanted = [
    { input: 'a', name: 'a' },
    { input: 'b', name: 'second' },
  ]

  test.each<[string, () => Iterable<CaseInput> | AsyncIterable<CaseInput>]>([
    ['an array', () => [{ input: 'a' }, { input: 'b', name: 'second' }]],
    ['a Set', () => new Set([{ input: 'a' }, { input: 'b', name: 'second' }])],
    [
      'a generator',
      function* () {
        yield { input: 'a' }
        yield { input: 'b', name: 'second' }
      },
    ],
    [
      'an async generator',
      async function* () {
        yield { input: 'a' }
        yield await Promise.resolve({ input: 'b', name: 'second' })
      },
    ],
    ['a web stream', () => ReadableStream.from([{ input: 'a' }, { input: 'b', name: 'second' }])],
  ])('%s', async (_, source) => {
    expect(await resolveCases({ cases: source() }, '.')).toEqual(wanted)
  })

  test('a file, relative to the directory', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bench-agent-'))
    writeFileSync(join(directory, 'cases.jsonl'), '{"input":"a"}\n{"input":"b","name":"second"}\n')
    expect(await resolveCases({ cases: jsonl('cases.jsonl') }, directory)).toEqual(wanted)
    rmSync(directory, { recursive: true })
  })

  test('nowhere: then there is one, without input', async () => {
    expect(await resolveCases({}, '.')).toEqual([{ input: undefined, name: 'case 1' }])
  })

  test('an async generator that breaks reject', async () => {
    const cases = (async function* () {
      yield { input: 'a' }
      throw new Error('no database')
    })()
    await expect(resolveCases({ cases }, '.')).rejects.toThrow('no database')
  })
})

test('what can be read at once is told from what has to be waited for', () => {
  expect(isImmediate(undefined)).toBe(true)
  expect(isImmediate([])).toBe(true)
  expect(isImmediate(jsonl('cases.jsonl'))).toBe(false)
  expect(isImmediate(ReadableStream.from<CaseInput>([]))).toBe(false)
})

describe('a name that is made up', () => {
  test('is the input when that is a short text, else the position', async () => {
    expect(
      await names({ input: 'short' }, { input: 'x'.repeat(61) }, { input: 'two\nlines' }, { input: { id: 1 } }),
    ).toEqual(['short', 'case 2', 'case 3', 'case 4'])
  })

  test.each<[CaseInput[], string[]]>([
    [
      [{ input: 'a' }, { input: 'a' }, { input: 'a' }],
      ['a', 'a (2)', 'a (3)'],
    ],
    [
      [{ input: 'a' }, { input: 'a' }, { input: 'a (2)' }],
      ['a', 'a (2)', 'a (2) (2)'],
    ],
    [
      [{ input: 'a (2)' }, { input: 'a' }, { input: 'a' }],
      ['a (2)', 'a', 'a (3)'],
    ],
    [
      [{ input: 'a' }, { input: 1, name: 'a' }],
      ['a (2)', 'a'],
    ],
    [
      [{ input: 1, name: 'case 2' }, { input: 2 }],
      ['case 2', 'case 2 (2)'],
    ],
  ])('clashes with no other: %o', async (cases, unique) => {
    expect(await names(...cases)).toEqual(unique)
  })

  test('leaves names that were given twice for the plan to refuse', async () => {
    expect(await names({ input: 1, name: 'twice' }, { input: 2, name: 'twice' })).toEqual(['twice', 'twice'])
  })
})

describe('where', () => {
  test('keeps the cases that it returns true for, by all that a case has', async () => {
    const cases = [
      { input: 1, category: 'simple' },
      { input: 2, category: 'complex' },
      { input: 3, category: 'simple', priority: 1 },
    ]
    const kept = await resolveCases({ cases, where: (one) => one.category === 'simple' }, '.')
    expect(kept.map(({ name, input }) => [name, input])).toEqual([
      ['case 1', 1],
      ['case 3', 3],
    ])
  })

  test('chooses before the sample is drawn', async () => {
    const cases = numbered(100)
    const drawn = await resolveCases({ cases, where: (one) => Number(one.input) < 10, sample: 10 }, '.')
    expect(drawn.map((one) => one.input)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('a sample', () => {
  const draw = async (sample: number | { size: number; seed?: number }, size = 100) =>
    (await resolveCases({ cases: numbered(size), sample }, '.')).map((one) => Number(one.input))

  test('has its size, and no case twice', async () => {
    for (const size of [1, 10, 99]) expect(new Set(await draw(size))).toHaveProperty('size', size)
  })

  test('is the same whenever its seed is, in the order of the cases', async () => {
    const drawn = await draw({ size: 10, seed: 7 })
    expect(await draw({ size: 10, seed: 7 })).toEqual(drawn)
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b))
  })

  test('has the seed 1 when it has none', async () => {
    expect(await draw(10)).toEqual(await draw({ size: 10, seed: 1 }))
    expect(await draw({ size: 10 })).toEqual(await draw({ size: 10, seed: 1 }))
  })

  test('differs from seed to seed, and every case has its chance', async () => {
    const seen = new Set<number>()
    const sets = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const drawn = await draw({ size: 5, seed }, 20)
      sets.add(drawn.join())
      for (const input of drawn) seen.add(input)
    }
    expect(seen.size).toBe(20)
    expect(sets.size).toBeGreaterThan(190)
  })

  test('that is not smaller than the cases is all of them', async () => {
    expect(await draw(100)).toHaveLength(100)
    expect(await draw(1_000)).toHaveLength(100)
  })

  test('keeps the names that the cases have among all of them', async () => {
    const [one] = await resolveCases({ cases: numbered(100), sample: 1 }, '.')
    expect(one?.name).toBe(`case ${Number(one?.input) + 1}`)
  })
})
