import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BenchAgentError } from '../../src/domain/errors.ts'
import { z } from '../../src/domain/zod.ts'
import { type FileKind, readJson } from '../../src/history/read-json.ts'
import { ownFolder } from './folder.ts'

const schema = z.strictObject({ schemaVersion: z.literal(2), list: z.array(z.number()) })
const kind: FileKind<typeof schema> = {
  name: 'shopping list',
  schema,
  schemaVersion: 2,
  remedy: 'Write a new one.',
}

describe('readJson', () => {
  test('is the content', async () => {
    const path = join(ownFolder(), 'list.json')
    await writeFile(path, '{ "schemaVersion": 2, "list": [1, 2] }')
    expect(await readJson(path, kind)).toEqual({ schemaVersion: 2, list: [1, 2] })
  })

  test('a file that is not there is absent, and no mistake', async () => {
    const folder = ownFolder()
    expect(await readJson(join(folder, 'list.json'), kind)).toBeUndefined()
    expect(await readJson(join(folder, 'nowhere', 'list.json'), kind)).toBeUndefined()
  })

  test.for([
    ['nothing', '', /JSON/],
    ['half of it', '{ "schemaVersion": 2, "li', /JSON/],
    ['a conflict of a merge', '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n', /JSON/],
    [
      'a newer version',
      '{ "schemaVersion": 3, "basket": [] }',
      /version 3, which a newer bench-agent wrote \(this one knows 2\)/,
    ],
    ['an older version', '{ "schemaVersion": 1, "list": [] }', /schemaVersion: /],
    ['no version', '{ "list": [] }', /schemaVersion: /],
    ['a wrong shape', '{ "schemaVersion": 2, "list": ["milk"] }', /list\.0: .*expected a number/],
    ['more than belongs there', '{ "schemaVersion": 2, "list": [], "price": 1 }', /the file: .*"price"/],
    ['something else', '[]', /the file: .*expected an object/],
    ['null', 'null', /the file: .*expected an object/],
  ] as const)('%s is named and left untouched', async ([, text, reason]) => {
    const path = join(ownFolder(), 'list.json')
    await writeFile(path, text)
    const error: unknown = await readJson(path, kind).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BenchAgentError)
    expect(error).toMatchObject({
      code: 'BENCH_AGENT_FILE',
      message: expect.stringMatching(
        /^Expected a shopping list at .*list\.json, got .*It was left untouched\. Write a new one\.$/s,
      ),
    })
    expect(error).toMatchObject({ message: expect.stringMatching(reason) })
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  test('of many mistakes three are told', async () => {
    const path = join(ownFolder(), 'list.json')
    await writeFile(path, '{ "schemaVersion": 2, "list": ["a", "b", "c", "d"] }')
    const error: unknown = await readJson(path, kind).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      message: expect.stringMatching(/list\.0: [^;]*; list\.1: [^;]*; list\.2: [^;]*\. It was/),
    })
  })

  test('what may not be read is a mistake, and keeps its cause', async () => {
    const path = join(ownFolder(), 'list.json')
    await mkdir(path)
    const error: unknown = await readJson(path, kind).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'BENCH_AGENT_FILE', cause: expect.objectContaining({ code: 'EISDIR' }) })
  })
})
