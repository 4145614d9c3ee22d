import { expect, test } from 'vitest'
import { destructuredNames } from '../../src/vitest/fixture-names.ts'

test.each<[string, (...given: never[]) => unknown, string[]]>([
  ['an arrow function', ({ db, port }: never) => [db, port], ['db', 'port']],
  ['an async function', async ({ db }: never) => db, ['db']],
  [
    'a function expression',
    function check({ db }: never) {
      return db
    },
    ['db'],
  ],
  [
    'a method',
    {
      check({ db }: never) {
        return db
      },
    }.check,
    ['db'],
  ],
  ['renamed names', ({ db: database, expect: e }: never) => [database, e], ['db', 'expect']],
  [
    'defaults with commas and braces',
    ({ db = { a: [1, 2], b: '},{' }, port = (() => 80)() }: { db?: unknown; port?: unknown }) => [db, port],
    ['db', 'port'],
  ],
  ['nested patterns', ({ db: { rows, size }, port }: never) => [rows, size, port], ['db', 'port']],
  ['a second argument', ({ db }: never, { other }: never) => [db, other], ['db']],
])('finds the names in %s', (_, callback, names) => {
  expect(destructuredNames(callback)).toEqual(names)
})

test.each<[string, (...given: never[]) => unknown]>([
  ['takes its argument whole', (run: never) => [run]],
  ['has no argument', () => ({ db: 1 })],
  ['is built in', Math.max],
])('finds no names when the function %s', (_, callback) => {
  expect(destructuredNames(callback)).toEqual([])
})
