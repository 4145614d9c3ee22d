import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkWith, type StandardSchema } from '../../../src/run/source/standard-schema.ts'

describe('a value is checked with', () => {
  test('a schema of zod, which is a Standard Schema', async () => {
    const schema: StandardSchema<{ id: number }> = z.object({ id: z.string().transform(Number) })
    expect(await checkWith(schema, { id: '17', more: true })).toEqual({ value: { id: 17 } })
  })

  test('a schema that takes its time', async () => {
    const schema = z.string().refine(async (text) => text !== 'no', 'not "no"')
    expect(await checkWith(schema, 'yes')).toEqual({ value: 'yes' })
    expect(await checkWith(schema, 'no')).toEqual({
      mistakes: [{ path: '', expected: 'what the schema asks for (not "no")', got: '"no"' }],
    })
  })

  // The standard lets a path hold keys or objects with a key.
  test.each([
    [['input', 'tags', 1], 'input.tags.1'],
    [[{ key: 'input' }, { key: 0 }], 'input.0'],
    [[Symbol('secret')], 'Symbol(secret)'],
    [undefined, ''],
  ])('a schema whose path is %o', async (path, text) => {
    const schema: StandardSchema = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'wrong', path }] }) },
    }
    expect(await checkWith(schema, { input: 1 })).toEqual({
      mistakes: [{ path: text, expected: 'what the schema asks for (wrong)', got: 'an object with input' }],
    })
  })
})

test('undefined is a value like any other', async () => {
  expect(await checkWith(z.undefined(), undefined)).toEqual({ value: undefined })
})
