import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'rolldown/utils'

/** A file of `src`. */
export interface Source {
  /** From `src`, with forward slashes: `domain/metric.ts`. */
  path: string
  text: string
}

/** Who may import whom: folders of `src`, each with those below it. What lies in no folder is a door. */
export const floors: Readonly<Record<string, readonly string[]>> = {
  stats: [],
  domain: ['stats'],
  capture: ['domain'],
  measure: ['domain', 'capture'],
  compare: ['domain', 'stats'],
  agents: ['domain', 'capture', 'measure'],
  run: ['domain', 'stats', 'capture', 'measure', 'compare'],
  history: ['domain', 'compare'],
  report: ['domain', 'stats', 'compare'],
  serve: ['domain', 'history', 'compare', 'report', 'measure'],
  command: ['domain', 'stats', 'measure', 'compare', 'history', 'report'],
  vitest: ['domain', 'stats', 'capture', 'measure', 'compare', 'agents', 'run', 'history', 'report', 'command'],
  jest: ['domain', 'stats', 'capture', 'measure', 'compare', 'agents', 'run', 'history', 'report'],
}

/** Likewise the rooms of some floors; the empty name is what lies in none of them. */
export const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  compare: {
    evidence: [],
    study: [],
    advice: [],
    power: ['evidence'],
    session: ['evidence'],
    explain: ['evidence', 'session'],
    '': ['evidence', 'power', 'explain'],
    looks: ['', 'evidence', 'power'],
    suite: ['', 'evidence', 'session'],
  },
  run: {
    load: [],
    source: [],
    options: [],
    '': ['load', 'source', 'options'],
    study: ['', 'load', 'options'],
  },
  vitest: {
    '': [],
    study: [''],
    session: [''],
  },
}

/** Words that no declared name and no file name has. */
export const refusedWords = [
  'manager',
  'engine',
  'service',
  'handler',
  'helper',
  'util',
  'base',
  'factory',
  'registry',
] as const

/** Every TypeScript file below `folder`. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
}

/**
 * What `source` names as a module: in imports and exports, of types too, in `import()`, in the type of one, in `require()` and
 * in a URL beside it, which workers are started from. An `import()` that is computed is told as `(computed)`.
 */
export function modulesOf({ path, text }: Source): string[] {
  const { module, program } = parseSync(path, text)
  const found = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
  ]
  new Visitor({
    ImportExpression: ({ source }) => {
      found.push(source.type === 'Literal' ? String(source.value) : '(computed)')
    },
    TSImportType: ({ source }) => {
      found.push(source.value)
    },
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'require' && first?.type === 'Literal')
        found.push(String(first.value))
    },
    NewExpression: ({ callee, arguments: [first, second] }) => {
      const isBeside = second !== undefined && text.slice(second.start, second.end) === 'import.meta.url'
      if (callee.type === 'Identifier' && callee.name === 'URL' && isBeside && first?.type === 'Literal')
        found.push(String(first.value))
    },
  }).visit(program)
  return [...new Set(found)]
}

/** The path of `specifier` as `from` means it; absent for a package. */
export function resolved(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? new URL(specifier, `file:///${from}`).pathname.slice(1) : undefined
}

/** The folder of `path`; absent for a door. */
function floorOf(path: string): string | undefined {
  return path.includes('/') ? path.split('/')[0] : undefined
}

/** Imports that go up, sideways or to a door. */
export function brokenFloors(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const floor = floorOf(source.path)
    if (floor === undefined) return []
    const below = floors[floor]
    if (below === undefined) return [`${source.path} lies in ${floor}, which is no floor`]
    return modulesOf(source).flatMap((specifier) => {
      const target = resolved(source.path, specifier)
      if (target === undefined) return []
      const other = floorOf(target)
      if (other === undefined) return [`${source.path} imports the door ${target}`]
      return other === floor || below.includes(other) ? [] : [`${source.path} imports ${target}`]
    })
  })
}

/** Imports from one room of a floor to another that go up or sideways. */
export function brokenRooms(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const floor = floorOf(source.path) ?? ''
    const below = rooms[floor]
    if (below === undefined) return []
    const room = roomOf(source.path)
    const known = below[room]
    if (known === undefined) return [`${source.path} lies in ${room}, which is no room`]
    return modulesOf(source).flatMap((specifier) => {
      const target = resolved(source.path, specifier)
      if (target === undefined || floorOf(target) !== floor) return []
      const other = roomOf(target)
      return other === room || known.includes(other) ? [] : [`${source.path} imports ${target}`]
    })
  })
}

/** The room that `path` lies in; empty for none. */
function roomOf(path: string): string {
  const [, room = '', ...rest] = path.split('/')
  return rest.length === 0 ? '' : room
}

/** Packages where they may not be imported. */
export function strayPackages(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const floor = floorOf(source.path) ?? ''
    return modulesOf(source).flatMap((specifier) =>
      resolved(source.path, specifier) === undefined && !isAllowed(floor, specifier)
        ? [`${source.path} imports ${specifier}`]
        : [],
    )
  })
}

function isAllowed(floor: string, specifier: string): boolean {
  if (/^@?vitest(\/|$)/.test(specifier)) return floor === 'vitest'
  if (/^@?jest(\/|-|$)/.test(specifier)) return floor === 'jest'
  return specifier === 'zod/mini' || !['stats', 'domain'].includes(floor)
}

/** Files that import one another in a circle, each circle once, from its first file on. */
export function circles(sources: readonly Source[]): string[] {
  const targets = new Map(
    sources.map((source) => [
      source.path,
      modulesOf(source).flatMap((specifier) => resolved(source.path, specifier) ?? []),
    ]),
  )
  const found = new Map<string, string>()
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const circle = trail.slice(start)
      found.set([...circle].sort().join(), [...circle, path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const target of targets.get(path) ?? []) walk(target, [...trail, path])
    done.add(path)
  }
  for (const path of targets.keys()) walk(path, [])
  return [...found.values()]
}

/** Declared names and file names with a refused word in them. */
export function refusedNames(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const names = [...source.path.replace(/\.ts$/, '').split('/'), ...declaredNames(source)]
    return names.filter(isRefused).map((name) => `${source.path}: ${name}`)
  })
}

function isRefused(name: string): boolean {
  const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
  return words.some((word) => refusedWords.some((refused) => new RegExp(`^${refused}(s|es|ies)?$`, 'i').test(word)))
}

/**
 * Names that `source` gives: to functions, classes, types, variables, parameters and members of classes. What it adds to the
 * module of another is named by the other.
 */
function declaredNames({ path, text }: Source): string[] {
  const names: string[] = []
  const foreign: Named[] = []
  const add = (pattern: { type: string; start: number; end: number } | null) => {
    // Of a pattern, every word in it: what it renames is among them, and so are its defaults.
    if (pattern !== null) names.push(...text.slice(pattern.start, pattern.end).split(/[^\w$]+/))
  }
  const addFunction = (node: { id: Named | null; params: readonly Named[] }) => {
    add(node.id)
    for (const parameter of node.params) if (parameter.type === 'Identifier') names.push(nameAt(text, parameter))
  }
  new Visitor({
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: (node) => addFunction({ id: null, params: node.params }),
    ClassDeclaration: ({ id }) => add(id),
    TSModuleDeclaration: (node) => {
      if (node.id.type === 'Literal') foreign.push(node)
    },
    TSInterfaceDeclaration: ({ id }) => {
      if (!foreign.some(({ start, end }) => start < id.start && id.end < end)) add(id)
    },
    TSTypeAliasDeclaration: ({ id }) => add(id),
    MethodDefinition: ({ key }) => add(key),
    PropertyDefinition: ({ key }) => add(key),
    VariableDeclarator: ({ id }) => add(id.type === 'Identifier' ? { ...id, end: id.start + id.name.length } : id),
  }).visit(parseSync(path, text).program)
  return names
}

interface Named {
  type: string
  start: number
  end: number
}

/** The identifier that starts at `node`, without the type behind it. */
function nameAt(text: string, { start, end }: Named): string {
  return /^[\w$]+/.exec(text.slice(start, end))?.[0] ?? ''
}

/** Files longer than `most` lines. */
export function longFiles(sources: readonly Source[], most: number): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length
    return lines > most ? [`${path} has ${lines} lines`] : []
  })
}

/** Exports of doors without a docstring where they are defined, or with one that does not say what they are. */
export function undocumented(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const doors = sources.filter(({ path }) => floorOf(path) === undefined)
  return doors.flatMap((door) =>
    exportedNames(door).flatMap((name) => {
      const place = definitionOf(byPath, door.path, name)
      if (place === undefined) return [`${door.path} exports ${name}, which is defined nowhere`]
      const docstring = docstringAt(place.source, place.start)
      if (docstring === undefined) return [`${place.source.path}: ${name} has no docstring`]
      return /^(This|The following)\b/.test(docstring) ? [`${place.source.path}: ${name} says "${docstring}"`] : []
    }),
  )
}

function exportedNames({ path, text }: Source): string[] {
  const { module } = parseSync(path, text)
  return module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName }) => (exportName.kind === 'Default' ? 'default' : (exportName.name ?? '*'))),
  )
}

/** Where what `path` calls `name` is declared, followed through imports and exports. */
function definitionOf(
  byPath: ReadonlyMap<string, Source>,
  path: string,
  name: string,
): { source: Source; start: number } | undefined {
  const source = byPath.get(path)
  if (source === undefined) return undefined
  const { module, program } = parseSync(path, source.text)
  const exported = module.staticExports
    .flatMap(({ entries }) => entries)
    .find(({ exportName }) => (exportName.kind === 'Default' ? 'default' : exportName.name) === name)
  if (exported?.moduleRequest != null) {
    const target = resolved(path, exported.moduleRequest.value)
    return target === undefined ? undefined : definitionOf(byPath, target, exported.importName.name ?? 'default')
  }
  const local = exported?.localName.name ?? name
  for (const { entries, moduleRequest } of module.staticImports) {
    const entry = entries.find(({ localName }) => localName.value === local)
    const target = resolved(path, moduleRequest.value)
    if (entry !== undefined && target !== undefined)
      return definitionOf(byPath, target, entry.importName.name ?? 'default')
  }
  const declares = new RegExp(`\\b(function\\*?|const|let|class|interface|type)\\s+${local.replaceAll('$', '\\$')}\\b`)
  for (const node of program.body) {
    const head = source.text.slice(node.start, node.end)
    const match = declares.exec(head)
    const isHead = match !== null && /^(export |default |declare |abstract |async )*$/.test(head.slice(0, match.index))
    if (isHead) return { source, start: node.start }
  }
  return undefined
}

/** First line of the docstring that ends right before `start`; absent when there is none. */
function docstringAt({ path, text }: Source, start: number): string | undefined {
  const comment = parseSync(path, text).comments.find(
    (one) => one.end <= start && one.type === 'Block' && text.slice(one.end, start).trim() === '',
  )
  if (comment === undefined || !comment.value.startsWith('*')) return undefined
  return comment.value
    .split('\n')
    .map((line) => line.replace(/^\s*\*+\s?/, '').trim())
    .find((line) => line !== '')
}

/** What is wrong with the numbers of `files`, the names in `examples/`. */
export function exampleMistakes(files: readonly string[]): string[] {
  const unnumbered = files.filter((file) => file.endsWith('.perf.ts') && !/^\d\d-[a-z]/.test(file))
  const numbers = [...new Set(files.flatMap((file) => /^(\d\d)-/.exec(file)?.[1] ?? []))].sort()
  const gaps = numbers.flatMap((number, position) => {
    const expected = String(Number(numbers[position - 1] ?? 0) + 1).padStart(2, '0')
    // A group of its own begins with a ten.
    return number === expected || Number(number) % 10 === 0 ? [] : [`expected ${expected}, got ${number}`]
  })
  const lessons = files.filter((file) => file.endsWith('.perf.ts')).flatMap((file) => /^(\d\d)-/.exec(file)?.[1] ?? [])
  const twice = lessons.filter((number, position) => lessons.indexOf(number) !== position)
  return [
    ...unnumbered.map((file) => `${file} has no number`),
    ...gaps.slice(0, 1),
    ...twice.map((number) => `${number} is there twice`),
  ]
}
