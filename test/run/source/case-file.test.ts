import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { wallClock } from '../../../src/domain/clock.ts'
import { BenchAgentError } from '../../../src/domain/errors.ts'
import type { CaseFile } from '../../../src/domain/scenario.ts'
import { csv, json, jsonl } from '../../../src/run/source/case-file.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bench-agent-'))
  mkdirSync(join(directory, 'cases'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Cases of a file that holds `text`. */
function cases<Input, Expected>(
  make: (path: string) => CaseFile<Input, Expected>,
  text: string,
): ReturnType<CaseFile<Input, Expected>['read']> {
  writeFileSync(join(directory, 'cases', 'refund.txt'), text)
  return make('./cases/refund.txt').read(directory)
}

/** What is wrong with a file that holds `text`, without its first line. */
async function mistakes<Input, Expected>(
  make: (path: string) => CaseFile<Input, Expected>,
  text: string,
): Promise<string[]> {
  const error = await cases(make, text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof BenchAgentError)) throw new Error(`expected a BenchAgentError, got ${error}`)
  expect(error.code).toBe('BENCH_AGENT_CASES')
  const [head, ...lines] = error.message.split('\n')
  expect(head).toBe(
    `${lines.length === 1 ? 'One mistake' : `${lines.length} mistakes`} in the case file ${join(directory, 'cases', 'refund.txt')} (BENCH_AGENT_CASES):`,
  )
  return lines.map((line) => line.trim())
}

const formats = { json, jsonl, csv }
const bom = '\uFEFF'

describe.each(Object.entries(formats))('a file of %s', (format, make) => {
  test('says what it is and where', () => {
    expect(make('./refund.txt')).toMatchObject({ format, path: './refund.txt' })
  })

  test('that is missing is named, with what its path is relative to', async () => {
    await expect(make('./missing.txt').read(directory)).rejects.toThrow(
      `Expected a case file at ${join(directory, 'missing.txt')}, got: ENOENT`,
    )
    await expect(make('./missing.txt').read(directory)).rejects.toMatchObject({
      code: 'BENCH_AGENT_CASES',
      message: expect.stringContaining('Paths are relative to the test file.'),
    })
  })

  test('may be given by an absolute path', async () => {
    const path = join(directory, `absolute.${format}`)
    writeFileSync(path, { json: '[{"input":"a"}]', jsonl: '{"input":"a"}', csv: 'input\na' }[format] ?? '')
    expect(await make(path).read('/nowhere')).toEqual([{ input: 'a' }])
  })
})

describe('a JSON file', () => {
  test.each([
    [
      'on one line',
      '[{"input":{"id":17},"expected":"R-17","name":"paid","category":"simple","priority":2},{"input":null}]',
    ],
    [
      'with a byte order mark and Windows lines',
      `${bom}[\r\n  {"input":{"id":17},"expected":"R-17","name":"paid",\r\n  "category":"simple","priority":2},\r\n{"input":null}\r\n]\r\n`,
    ],
  ])('%s is read', async (_, text) => {
    expect(await cases(json, text)).toEqual([
      { input: { id: 17 }, expected: 'R-17', name: 'paid', category: 'simple', priority: 2 },
      { input: null },
    ])
  })

  test('tells all its mistakes at once, each with its line', async () => {
    const text = [
      '[',
      '  { "input": "fine, [really] {so} \\" quoted" },',
      '  7,',
      '  {',
      '    "question": "Refund invoice 17"',
      '  },',
      '  { "input": 1, "name": 2, "priority": "high", "category": ["a"] }, [{ "input": 1 }],',
      '',
      '  "text"',
      ']',
    ].join('\n')
    expect(await mistakes(json, text)).toEqual([
      'Expected line 3 to be an object with `input`, got 7. Rename its field, or give a schema that turns it into a case.',
      'Expected line 4 to be an object with `input`, got an object with question. Rename its field, or give a schema that turns it into a case.',
      'Expected line 7, name to be text, got 2.',
      'Expected line 7, category to be text, got an array of 1.',
      'Expected line 7, priority to be a number, got "high".',
      'Expected line 7 to be an object with `input`, got an array of 1. Rename its field, or give a schema that turns it into a case.',
      'Expected line 9 to be an object with `input`, got "text". Rename its field, or give a schema that turns it into a case.',
    ])
  })

  test.each([
    ['{"input":1}', 'an object with input'],
    ['"text"', '"text"'],
    ['null', 'null'],
  ])('that holds no array is refused: %s', async (text, got) => {
    expect(await mistakes(json, text)).toEqual([`Expected the file to be a JSON array of cases, got ${got}.`])
  })

  test('that is cut off says where, as far as JSON.parse tells', async () => {
    expect(await mistakes(json, '[\n{"input":1}\n')).toEqual([
      expect.stringMatching(/^Expected line 3 to be JSON, got /),
    ])
    expect(await mistakes(json, '')).toEqual(['Expected the file to be JSON, got Unexpected end of JSON input.'])
  })

  test('of many cases is read in no time', async () => {
    const text = JSON.stringify(Array.from({ length: 5_000 }, (_, id) => ({ input: { id, text: 'x'.repeat(100) } })))
    const startedMs = wallClock.nowMs()
    expect(await cases(json, text)).toHaveLength(5_000)
    expect(wallClock.nowMs() - startedMs).toBeLessThan(1_500)
  })
})

describe('a JSON Lines file', () => {
  test('may have a byte order mark, Windows lines and empty lines', async () => {
    const text = `${bom}{"input":"a"}\r\n\r\n   \r\n{"input":"b","expected":{"c":1}}\r\n`
    expect(await cases(jsonl, text)).toEqual([{ input: 'a' }, { input: 'b', expected: { c: 1 } }])
  })

  test('tells all its mistakes at once, of form and of content, each with its line', async () => {
    const text = ['{"input":"a"}', '{"input":', '', '[1]', '{"question":"b"}', 'b', '{"input":1,"priority":null}'].join(
      '\n',
    )
    const lines = await mistakes(jsonl, text)
    expect(lines.map((line) => line.replace(/ \(.*\)\.$/, ''))).toEqual([
      'Expected line 2 to be one JSON object, got "{\\"input\\":"',
      'Expected line 4 to be an object with `input`, got an array of 1. Rename its field, or give a schema that turns it into a case.',
      'Expected line 5 to be an object with `input`, got an object with question. Rename its field, or give a schema that turns it into a case.',
      'Expected line 6 to be one JSON object, got "b"',
      'Expected line 7, priority to be a number, got null.',
    ])
  })

  test('that is empty has no cases', async () => {
    expect(await cases(jsonl, '\n\n')).toEqual([])
  })
})

describe('a CSV file', () => {
  test('has text in every column but priority, and nothing where a column is empty', async () => {
    const text = `${bom}input,expected,name,category,priority\r\nRefund 17,R-17,,simple,2\r\n\r\n"a, ""b""\r\nc",5,last,,\r\n`
    expect(await cases(csv, text)).toEqual([
      { input: 'Refund 17', expected: 'R-17', category: 'simple', priority: 2 },
      { input: 'a, "b"\r\nc', expected: '5', name: 'last' },
    ])
  })

  test('tells all its mistakes at once, each with the line it begins at', async () => {
    const text = ['question,input,priority', 'a,b,1', '"lines', 'of text",,1', 'a,b,high', 'a,b,1,5', 'a', ',,3'].join(
      '\n',
    )
    expect(await mistakes(csv, text)).toEqual([
      'Expected line 3 to be an object with `input`, got an object with question, priority. Rename its field, or give a schema that turns it into a case.',
      'Expected line 5, priority to be a number, got "high".',
      'Expected line 6 to be a row of 3 columns, got 4.',
      'Expected line 7 to be a row of 3 columns, got 1.',
      'Expected line 8 to be an object with `input`, got an object with priority. Rename its field, or give a schema that turns it into a case.',
    ])
  })

  test('with a quote that is not closed says where', async () => {
    expect(await mistakes(csv, 'input,expected\na,1\nb "x" y,2\nc,3\n')).toEqual([
      'Expected line 3 to be CSV, got Invalid Opening Quote: a quote is found on field "input" at line 3, value is "b ".',
    ])
    expect(await mistakes(csv, 'input,expected\na,1\n"open,2\nmore\n')).toEqual([
      expect.stringMatching(/^Expected line [34] to be CSV, got Quote Not Closed/),
    ])
  })

  test('with a header only has no cases', async () => {
    expect(await cases(csv, 'input,expected\n')).toEqual([])
  })
})

describe('a schema', () => {
  const Refund = z.object({ invoice: z.int(), want: z.string() })

  test('makes the cases, by its transforms', async () => {
    const schema = Refund.transform(({ invoice, want }) => ({
      input: { invoice },
      expected: want,
      name: `#${invoice}`,
    }))
    const read = await cases(
      (path) => jsonl(path, schema),
      '{"invoice":17,"want":"R-17"}\n{"invoice":18,"want":"R-18"}',
    )
    expect(read).toEqual([
      { input: { invoice: 17 }, expected: 'R-17', name: '#17' },
      { input: { invoice: 18 }, expected: 'R-18', name: '#18' },
    ])
  })

  test('may take its time', async () => {
    const schema = Refund.refine(async ({ invoice }) => invoice !== 18, 'a known invoice').transform(
      async ({ invoice, want }) => ({ input: invoice, expected: await Promise.resolve(want) }),
    )
    expect(await cases((path) => json(path, schema), '[{"invoice":17,"want":"a"}]')).toEqual([
      { input: 17, expected: 'a' },
    ])
    expect(
      await mistakes((path) => json(path, schema), '[{"invoice":17,"want":"a"},\n{"invoice":18,"want":"b"}]'),
    ).toEqual(['Expected line 2 to be what the schema asks for (a known invoice), got an object with invoice, want.'])
  })

  test('that finds mistakes tells all of them with their line and place', async () => {
    const schema = z.object({ input: z.object({ tags: z.array(z.string()) }), expected: z.coerce.number() })
    const text = 'not JSON\n{"input":{"tags":["a",1]},"expected":"x"}\n{"input":{"tags":[]},"expected":"5"}\n{}'
    const lines = await mistakes((path) => jsonl(path, schema), text)
    expect(lines.map((line) => line.replace(/ to be .*/, ''))).toEqual([
      'Expected line 1',
      'Expected line 2, input.tags.1',
      'Expected line 2, expected',
      'Expected line 4, input',
      'Expected line 4, expected',
    ])
  })

  test('may coerce what CSV holds as text', async () => {
    const schema = z.object({ invoice: z.coerce.number() }).transform(({ invoice }) => ({ input: invoice }))
    expect(await cases((path) => csv(path, schema), 'invoice\n17\n18')).toEqual([{ input: 17 }, { input: 18 }])
  })
})
