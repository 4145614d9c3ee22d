import { compareSides, type Sides, shouldConfirm } from '../compare/suite/sides.ts'
import { messageOf } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Selection } from './side.ts'
import type { Surroundings } from './surroundings.ts'
import { type Measured, usedPairs } from './used-pairs.ts'

/** What came of measuring once more what looked worse. */
export interface SecondPass {
  /** First pass of the scenarios that were to be measured once more. */
  suspects: readonly Sides[]
  /** Absent when it failed as a whole. */
  measured?: Measured | undefined
  /** Why it failed as a whole; absent when it did not. */
  failure?: string | undefined
}

/** Measures once more, by `measure`, what looks worse in `first`; absent when nothing does. @throws when interrupted */
export async function measureAgain(
  first: Measured,
  selection: Selection,
  measure: (selection: Selection) => Promise<Measured>,
  { say, signal }: Pick<Surroundings, 'say' | 'signal'>,
): Promise<SecondPass | undefined> {
  const compared = usedPairs(first).flatMap(({ records }) => records ?? [])
  const suspects = compared.filter((records) => shouldConfirm(compareSides([records])))
  if (suspects.length === 0) return undefined
  say(`confirming ${suspects.length} of ${plural(compared.length, 'scenario')}`)
  try {
    return { suspects, measured: await measure(selectOnly(suspects, selection)) }
  } catch (error) {
    signal.throwIfAborted()
    // What the first pass found was paid for, and is told.
    const failure = messageOf(error)
    say(`the second pass failed: ${failure}`)
    return { suspects, failure: (failure.split('\n')[0] ?? '').replace(/[.:]$/, '') }
  }
}

/** What of `selection` measures the tests of `suspects`, and of others only those that are called the same. */
export function selectOnly(suspects: readonly Sides[], { projects }: Selection): Selection {
  const identities = suspects.flatMap(({ base, candidate }) => [base.identity, candidate.identity])
  return {
    projects,
    files: [...new Set(identities.map(({ file }) => file))],
    // All of them matched the user's pattern in the first pass.
    testName: `^(?:${[...new Set(identities.flatMap(namePatterns))].join('|')})$`,
  }
}

// A measurement inside of a test has the test as its innermost suite. Vitest 4 parts names by a space, Vitest 5 by " > ".
function namePatterns({ suite, name }: ExecutionRecord['identity']): string[] {
  const paths = suite.length === 0 ? [[name]] : [[...suite, name], suite]
  return paths.map((path) => path.map(escaped).join('(?: >)? '))
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** What the second pass adds to the first. */
export interface Addition {
  records?: Sides | undefined
  /** Why it adds nothing, although it should have; absent when it does, or should not have. */
  reason?: string | undefined
}

/** What `second` adds to `first`, the first pass of one scenario. */
export function additionTo(first: Sides, { suspects, measured, failure }: SecondPass): Addition {
  if (!suspects.some(({ candidate }) => candidate.execution === first.candidate.execution)) return {}
  if (measured === undefined) return { reason: `${failure ?? 'It was not measured again'}.` }
  const { identity, plan } = first.candidate
  const again = usedPairs(measured).find((one) => keyOf(one.identity) === keyOf(identity))
  if (again?.records !== undefined && again.records.candidate.plan.caseHash !== plan.caseHash)
    return { reason: 'Its cases were not those of the first pass.' }
  if (again !== undefined) return again
  const left = measured.unpaired.find(
    ({ name, file }) => name === [...identity.suite, identity.name].join(' > ') && file.endsWith(identity.file),
  )
  return { reason: left === undefined ? 'It was not measured again.' : `It was left out: ${left.reason}.` }
}

function keyOf({ project, file, suite, id }: ExecutionRecord['identity']): string {
  return JSON.stringify([project, file, suite, id])
}
