import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BenchAgentError } from '../../../src/domain/errors.ts'
import { type TraceOptions, trace } from '../../../src/run/source/trace-file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trace-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function read(name: string, text: string, options?: TraceOptions) {
  await writeFile(join(directory, name), text)
  return trace(name, options).read(directory)
}

async function refusal(name: string, text: string, options?: TraceOptions): Promise<string> {
  try {
    await read(name, text, options)
  } catch (error) {
    if (error instanceof BenchAgentError) return error.message
    throw error
  }
  return 'it was read'
}

const azure = `TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,4808,10
2023-11-16 18:17:04.0319600,3180,8
2023-11-16 18:17:04.0781490,110,27
`

describe('a trace', () => {
  test('as a cloud publishes it is read to the microsecond', async () => {
    const { dueAtMs, ...rest } = await read('azure.csv', azure)
    expect(rest).toEqual({
      file: 'azure.csv',
      speed: 1,
      runs: 3,
      inputTokens: [4808, 3180, 110],
      outputTokens: [10, 8, 27],
    })
    const [first, second, third] = dueAtMs
    expect(first).toBe(0)
    expect(second).toBeCloseTo(52, 2)
    expect(third).toBeCloseTo(98.189, 2)
  })

  test('goes by as much faster as is asked', async () => {
    const { dueAtMs } = await read('azure.csv', azure, { speed: 10 })
    expect(dueAtMs[2]).toBeCloseTo(9.8189, 3)
  })

  test('in JSON lines with milliseconds, in any order', async () => {
    const lines = ['{"timestamp":1500,"input_length":7}', '', '{"timestamp":1000,"input_length":9}']
    expect(await read('mine.jsonl', lines.join('\n'))).toEqual({
      file: 'mine.jsonl',
      speed: 1,
      runs: 2,
      dueAtMs: [0, 500],
      inputTokens: [9, 7],
      outputTokens: undefined,
    })
  })

  test('with columns of other names', async () => {
    const columns = { at: 'when', outputTokens: 'length' }
    const { dueAtMs, outputTokens } = await read(
      'other.csv',
      'when,length\n2024-01-01T00:00:00Z,5\n2024-01-01T01:00:01+01:00,6\n',
      { columns },
    )
    expect({ dueAtMs, outputTokens }).toEqual({ dueAtMs: [0, 1000], outputTokens: [5, 6] })
  })

  test('tells all that is wrong with it, by line', async () => {
    const text = 'TIMESTAMP,ContextTokens\nyesterday,5\n2024-01-01T00:00:00Z,many\n2024-01-01T00:00:01Z\n'
    expect(await refusal('wrong.csv', text)).toMatch(
      /line 2, TIMESTAMP.*yesterday[\s\S]*line 3, ContextTokens.*many[\s\S]*line 4.*2 columns/,
    )
  })

  test('of nothing is a mistake, and so is one that is not there', async () => {
    expect(await refusal('empty.csv', 'TIMESTAMP\n')).toContain('a row for each run')
    await expect(trace('nowhere.csv').read(directory)).rejects.toThrow(/Expected a trace at .*nowhere\.csv/)
  })
})
