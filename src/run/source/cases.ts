import { type Case, type CaseInput, nameCase } from '../../domain/case.ts'
import type { CaseFile, CaseSource } from '../../domain/scenario.ts'
import { random, sampleWithoutReplacement } from '../../stats/random.ts'

/** What decides which cases run. */
export interface CaseSelection {
  cases?: CaseSource | undefined
  where?: ((one: CaseInput) => boolean) | undefined
  sample?: number | { size: number; seed?: number | undefined } | undefined
}

/**
 * The cases of a scenario, named, filtered and drawn.
 *
 * @param directory what the path of a case file is relative to
 * @param read how the source is read
 * @throws BenchAgentError that lists every mistake in a case file
 */
export async function resolveCases(
  selection: CaseSelection,
  directory: string,
  read: ReadCases = readCases,
): Promise<Case[]> {
  const given = await read(selection.cases ?? [{ input: undefined }], directory)
  const named = nameAll(given)
  const { where } = selection
  const kept = where === undefined ? named : named.filter(where)
  return drawn(kept, selection.sample)
}

/** Whether `source` can be read at once, without waiting for a file or an async iterable. */
export function isImmediate(source: CaseSource | undefined): source is Iterable<CaseInput> | undefined {
  return source === undefined || (typeof source === 'object' && Symbol.iterator in source)
}

/** Reads a source, relative to `directory`. */
export type ReadCases = (source: CaseSource, directory: string) => Promise<CaseInput[]>

/** Reads each source only once, for some can be read only once. */
export function readOnce(): ReadCases {
  const known = new Map<CaseSource, Promise<CaseInput[]>>()
  return (source, directory) => {
    const cases = known.get(source) ?? readCases(source, directory)
    known.set(source, cases)
    return cases
  }
}

async function readCases(source: CaseSource, directory: string): Promise<CaseInput[]> {
  if (isCaseFile(source)) return source.read(directory)
  if (Symbol.iterator in source) return [...source]
  const cases: CaseInput[] = []
  for await (const one of source) cases.push(one)
  return cases
}

function isCaseFile(source: CaseSource): source is CaseFile {
  return 'read' in source && 'format' in source
}

// A name that we made up must not clash; one that the user gave twice is theirs to mend, and the plan says so.
function nameAll(given: readonly CaseInput[]): Case[] {
  const taken = new Set(given.flatMap(({ name }) => (name === undefined ? [] : [name])))
  const copies = new Map<string, number>()
  return given.map((one, position) => {
    const named = nameCase(one, position)
    if (one.name !== undefined) return named
    let copy = copies.get(named.name) ?? 1
    let name = copy === 1 ? named.name : `${named.name} (${copy})`
    while (taken.has(name)) {
      copy += 1
      name = `${named.name} (${copy})`
    }
    taken.add(name)
    copies.set(named.name, copy)
    return { ...named, name }
  })
}

function drawn(cases: Case[], sample: CaseSelection['sample']): Case[] {
  if (sample === undefined) return cases
  const { size, seed } = typeof sample === 'number' ? { size: sample, seed: undefined } : sample
  if (size >= cases.length) return cases
  const positions = sampleWithoutReplacement(size, cases.length, random(seed ?? 1))
  return positions.flatMap((position) => cases[position] ?? [])
}
