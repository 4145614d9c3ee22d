import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  brokenFloors,
  brokenRooms,
  circles,
  exampleMistakes,
  floors,
  longFiles,
  modulesOf,
  readSources,
  refusedNames,
  type Source,
  strayPackages,
  undocumented,
} from './house.ts'

const root = new URL('..', import.meta.url).pathname
const sources = readSources(`${root}src`)

describe('src', () => {
  test('is there', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(new Set(sources.map(({ path }) => path.split('/')[0]))).toContain('domain')
  })

  test('imports only from the floors below', () => {
    expect(brokenFloors(sources)).toEqual([])
  })

  test('imports within a floor only from the rooms below', () => {
    expect(brokenRooms(sources)).toEqual([])
  })

  test('has packages only where they belong', () => {
    expect(strayPackages(sources)).toEqual([])
  })

  test('has no circles, of types neither', () => {
    expect(circles(sources)).toEqual([])
  })

  test('has no refused names', () => {
    expect(refusedNames(sources)).toEqual([])
  })

  test('has no file over 300 lines', () => {
    expect(longFiles(sources, 300)).toEqual([])
  })

  test('says of everything that a door exports what it is', () => {
    expect(undocumented(sources)).toEqual([])
  })

  test('has the doors that package.json exports', () => {
    const Exports = z.object({
      exports: z.record(z.string(), z.union([z.string(), z.object({ default: z.string() })])),
      bin: z.record(z.string(), z.string()),
    })
    const { exports, bin } = Exports.parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')))
    const targets = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : target.default))
    const exported = [...targets, ...Object.values(bin)].map((target) =>
      target.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts'),
    )
    const doors = sources.map(({ path }) => path).filter((path) => !path.includes('/'))
    expect(doors.sort()).toEqual(exported.sort())
  })
})

describe.skipIf(!existsSync(`${root}examples`))('examples', () => {
  test('are numbered without gaps, in groups that begin with a ten', () => {
    expect(exampleMistakes(readdirSync(`${root}examples`))).toEqual([])
  })
})

describe('the floors', () => {
  test('have no circle themselves', () => {
    const above = (floor: string, trail: readonly string[]): boolean =>
      trail.includes(floor) || (floors[floor] ?? []).some((below) => above(below, [...trail, floor]))
    expect(Object.keys(floors).filter((floor) => above(floor, []))).toEqual([])
  })

  test('name no floor that is none', () => {
    expect(
      Object.values(floors)
        .flat()
        .filter((floor) => floors[floor] === undefined),
    ).toEqual([])
  })
})

// What follows shows that each rule can fail.

/** One file. */
const file = (path: string, text: string): Source => ({ path, text })

describe('modulesOf', () => {
  test.for([
    ["import { a } from './a.ts'", './a.ts'],
    ["import './a.ts'", './a.ts'],
    ["import type { A } from './a.ts'", './a.ts'],
    ["import { type A } from './a.ts'", './a.ts'],
    ["export { a } from './a.ts'", './a.ts'],
    ["export type { A } from './a.ts'", './a.ts'],
    ["export * from './a.ts'", './a.ts'],
    ["const load = async () => (await import('./a.ts')).a", './a.ts'],
    ['const load = (name: string) => import(name)', '(computed)'],
    ["type A = import('./a.ts').A", './a.ts'],
    ["let a: typeof import('./a.ts')", './a.ts'],
    ["const a = require('./a.ts')", './a.ts'],
    ["new Worker(new URL('./a.ts', import.meta.url))", './a.ts'],
  ] as const)('sees what is imported by %s', ([text, specifier]) => {
    expect(modulesOf(file('domain/b.ts', text))).toEqual([specifier])
  })

  test('sees nothing in comments, strings and addresses', () => {
    const text = "// import './a.ts'\nconst b = \"import('./a.ts')\"\nconst c = new URL('http://a.test/a.ts')\n"
    expect(modulesOf(file('domain/b.ts', text))).toEqual([])
  })
})

describe('brokenRooms', () => {
  test.for([
    ['compare/evidence/a.ts', '../b.ts'],
    ['compare/evidence/a.ts', '../power/b.ts'],
    ['compare/power/a.ts', '../session/b.ts'],
    ['compare/a.ts', './looks/b.ts'],
    ['compare/explain/a.ts', '../judge.ts'],
    ['compare/attic/a.ts', ''],
  ] as const)('%s may not import "%s"', ([path, specifier]) => {
    expect(brokenRooms([file(path, `import { b } from '${specifier}'`)])).toHaveLength(1)
  })

  test.for([
    ['compare/a.ts', './evidence/b.ts'],
    ['compare/looks/a.ts', '../b.ts'],
    ['compare/power/a.ts', '../evidence/b.ts'],
    ['compare/power/a.ts', '../../stats/b.ts'],
    ['run/a.ts', '../compare/power/b.ts'],
  ] as const)('%s may import %s', ([path, specifier]) => {
    expect(brokenRooms([file(path, `import { b } from '${specifier}'`)])).toEqual([])
  })
})

describe('brokenFloors', () => {
  test.for([
    ['stats/a.ts', '../domain/b.ts'],
    ['domain/a.ts', '../run/b.ts'],
    ['domain/a.ts', '../capture/deep/b.ts'],
    ['capture/deep/a.ts', '../../measure/b.ts'],
    ['capture/a.ts', '../stats/b.ts'],
    ['compare/a.ts', '../history/b.ts'],
    ['history/a.ts', '../stats/b.ts'],
    ['report/a.ts', '../run/b.ts'],
    ['run/a.ts', '../vitest/b.ts'],
    ['command/a.ts', '../vitest/b.ts'],
    ['command/a.ts', '../run/b.ts'],
    ['vitest/a.ts', '../serve/b.ts'],
    ['vitest/a.ts', '../jest/b.ts'],
    ['jest/a.ts', '../vitest/b.ts'],
    ['vitest/a.ts', '../index.ts'],
    ['domain/a.ts', '../index.ts'],
  ] as const)('%s may not import %s', ([path, specifier]) => {
    expect(brokenFloors([file(path, `import type { b } from '${specifier}'`)])).toHaveLength(1)
    expect(brokenFloors([file(path, `const b = await import('${specifier}')`)])).toHaveLength(1)
  })

  test.for([
    ['domain/a.ts', '../stats/b.ts'],
    ['domain/a.ts', './deep/b.ts'],
    ['capture/deep/a.ts', '../b.ts'],
    ['run/a.ts', '../compare/b.ts'],
    ['vitest/a.ts', '../history/b.ts'],
    ['index.ts', './vitest/b.ts'],
    ['cli.ts', './serve/b.ts'],
  ] as const)('%s may import %s', ([path, specifier]) => {
    expect(brokenFloors([file(path, `import { b } from '${specifier}'`)])).toEqual([])
  })

  test('a folder that is no floor is a break', () => {
    expect(brokenFloors([file('misc/a.ts', '')])).toEqual(['misc/a.ts lies in misc, which is no floor'])
  })
})

describe('strayPackages', () => {
  test.for([
    ['stats/a.ts', 'node:fs'],
    ['domain/a.ts', 'node:path'],
    ['domain/a.ts', 'picocolors'],
    ['run/a.ts', 'vitest'],
    ['report/a.ts', 'vitest/node'],
    ['matchers.ts', 'vitest'],
    ['run/a.ts', '@vitest/runner'],
    ['vitest/a.ts', '@jest/globals'],
    ['run/a.ts', 'jest-circus'],
  ] as const)('%s may not import %s', ([path, specifier]) => {
    expect(strayPackages([file(path, `import type { b } from '${specifier}'`)])).toEqual([
      `${path} imports ${specifier}`,
    ])
    expect(strayPackages([file(path, `type B = typeof import('${specifier}')`)])).toHaveLength(1)
  })

  test('a computed import could be anything', () => {
    expect(strayPackages([file('domain/a.ts', 'const b = await import(name)')])).toEqual([
      'domain/a.ts imports (computed)',
    ])
  })

  test.for([
    ['domain/a.ts', 'zod/mini'],
    ['run/a.ts', 'node:fs'],
    ['vitest/a.ts', 'vitest/node'],
    ['jest/a.ts', '@jest/globals'],
  ] as const)('%s may import %s', ([path, specifier]) => {
    expect(strayPackages([file(path, `import { b } from '${specifier}'`)])).toEqual([])
  })
})

describe('circles', () => {
  test('of two files are seen, though only types go round', () => {
    const two = [file('a/a.ts', "import { b } from './b.ts'"), file('a/b.ts', "import type { A } from './a.ts'")]
    expect(circles(two)).toEqual(['a/a.ts → a/b.ts → a/a.ts'])
  })

  test('of three are seen from wherever they are entered, and told once', () => {
    const four = [
      file('z.ts', "import './a/b.ts'"),
      file('a/a.ts', "import './b.ts'"),
      file('a/b.ts', "export * from '../c.ts'"),
      file('c.ts', "const a = await import('./a/a.ts')"),
    ]
    expect(circles(four)).toEqual(['a/b.ts → c.ts → a/a.ts → a/b.ts'])
  })

  test('a file that imports itself is one', () => {
    expect(circles([file('a.ts', "import './a.ts'")])).toHaveLength(1)
  })

  test('two ways to one file are none', () => {
    const diamond = [
      file('a.ts', "import './b.ts'\nimport './c.ts'"),
      file('b.ts', "import './d.ts'"),
      file('c.ts', "import './d.ts'"),
      file('d.ts', ''),
    ]
    expect(circles(diamond)).toEqual([])
  })
})

describe('refusedNames', () => {
  test.for([
    ['class RunManager {}', 'RunManager'],
    ['function makeEngine() {}', 'makeEngine'],
    ['const userService = 1', 'userService'],
    ['const run = (errorHandler: () => void) => errorHandler', 'errorHandler'],
    ['interface TestHelpers {}', 'TestHelpers'],
    ['type Utils = number', 'Utils'],
    ['abstract class BaseRunner {}', 'BaseRunner'],
    ['class A { get runFactory() { return 1 } }', 'runFactory'],
    ['class A { #registry = 1 }', '#registry'],
    ['const { a: eventHandler } = b', 'eventHandler'],
    ['function run(factory: string) {}', 'factory'],
    ['let HTTPHandler', 'HTTPHandler'],
  ] as const)('sees the name in %s', ([text, name]) => {
    const found = refusedNames([file('domain/a.ts', text)])
    expect(found.join()).toContain(name.replace('#', ''))
  })

  test.for(['domain/utils.ts', 'helpers/a.ts', 'run/run-manager.ts', 'domain/base.ts'])(
    'sees the name of %s',
    (path) => {
      expect(refusedNames([file(path, '')])).toHaveLength(1)
    },
  )

  test('lets the words of another module be', () => {
    expect(refusedNames([file('vitest/a.ts', "declare module 'vitest' { interface TaskRegistry { a: 1 } }")])).toEqual(
      [],
    )
    expect(refusedNames([file('vitest/a.ts', 'interface TaskRegistry { a: 1 }')])).toHaveLength(1)
  })

  test('lets words be that only look alike, and words of others', () => {
    const text =
      "const baseline = 1\nconst database = 2\nconst a = { handler: 1 }\nprocess.on('handler', onUtility)\nfunction reserve() {}"
    expect(refusedNames([file('domain/baseline.ts', text)])).toEqual([])
  })
})

test('longFiles sees a line too many', () => {
  expect(longFiles([file('a.ts', 'x\n'.repeat(300)), file('b.ts', 'x\n'.repeat(301))], 300)).toEqual([
    'b.ts has 301 lines',
  ])
})

describe('undocumented', () => {
  const documented = file(
    'domain/a.ts',
    '/** An a. */\nexport const a = 1\n/** An A. */\nexport interface A {}\nexport const b = 2\n',
  )

  test('follows a name to where it is defined', () => {
    const door = file('index.ts', "export { type A, a, b as c } from './domain/a.ts'")
    expect(undocumented([door, documented])).toEqual(['domain/a.ts: c has no docstring'])
  })

  test('follows it through imports and a default', () => {
    const door = file('reporter.ts', "import { b, a } from './domain/a.ts'\nexport { b }\nexport default a")
    expect(undocumented([door, documented])).toEqual(['domain/a.ts: b has no docstring'])
  })

  test.for([
    ['no comment', 'export const a = 1'],
    ['a comment of one line', '// A comment.\nexport const a = 1'],
    ['a comment that is no docstring', '/* No docstring. */\nexport const a = 1'],
    ['the docstring of another', '/** Of something else. */\nconst b = 1\nexport const a = b'],
    ['a docstring that does not say what it is', '/** This function does. */\nexport function a() {}'],
    ['a function', 'export async function a() {}'],
    ['a class', 'export class a {}'],
    ['a type', 'export type a = 1'],
    ['what is defined nowhere', "export { a } from './nowhere.ts'"],
    ['what is of another package', "export { a } from 'zod'"],
  ] as const)('sees %s', ([, text]) => {
    expect(undocumented([file('index.ts', text)])).toHaveLength(1)
  })

  test.for([
    ['a constant', '/** An a. */\nexport const a = 1'],
    ['a function', '/**\n * An a.\n */\nexport async function a() {}'],
    ['what is exported later', '/** An a. */\nclass a {}\nexport { a }'],
  ] as const)('lets %s be that has one', ([, text]) => {
    expect(undocumented([file('index.ts', text)])).toEqual([])
  })
})

describe('exampleMistakes', () => {
  test.for<[string, string[]]>([
    ['a gap', ['01-a.perf.ts', '03-c.perf.ts']],
    ['a late start', ['02-a.perf.ts']],
    ['one without a number', ['01-a.perf.ts', 'b.perf.ts']],
    ['a number twice', ['01-a.perf.ts', '01-b.perf.ts']],
  ])('sees %s', ([, files]) => {
    expect(exampleMistakes(files)).toHaveLength(1)
  })

  test('lets data lie beside its example, and what is none have no number', () => {
    expect(exampleMistakes(['01-a.perf.ts', '02-b.jsonl', '02-b.perf.ts', 'model-server.setup.ts'])).toEqual([])
  })
})
