import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { wallClock } from '../domain/clock.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { type FileKind, readJson } from '../history/read-json.ts'
import { resultsKind } from './read-results.ts'
import { closeRoom, openRoom } from './room.ts'
import { type Finished, lastLines } from './run-process.ts'
import { runSide, type Selection, type SideSetup } from './side.ts'
import type { Surroundings } from './surroundings.ts'
import { Dead, type Side, type SideFolder, sideFolder, sides, socketPath, turnsVariable } from './turn-message.ts'
import type { Unpaired } from './turn-order.ts'
import { followTurns } from './turn-progress.ts'
import { serveTurns } from './turn-server.ts'
import type { Measured, SideOutcome } from './used-pairs.ts'

/**
 * Measures both sides at once, each in a session of its own, of which one works at a time.
 *
 * @throws BenchAgentError when one cannot take turns, or there is nothing that both measure
 */
export async function measureInTurns(
  setups: Record<Side, SideSetup>,
  selection: Selection,
  around: Surroundings,
): Promise<Measured> {
  const room = openRoom()
  try {
    return await measureIn(room, setups, selection, around)
  } finally {
    closeRoom(room)
  }
}

/** @param room folder for what they leave */
async function measureIn(
  room: string,
  setups: Record<Side, SideSetup>,
  selection: Selection,
  around: Surroundings,
): Promise<Measured> {
  const { say, show } = around
  const progress = followTurns({ say, show, clock: wallClock, showEveryMs: around.interactive ? 250 : 10_000 })
  const giveUp = new AbortController()
  const signal = AbortSignal.any([around.signal, giveUp.signal])
  let failure: BenchAgentError | undefined
  const fail = (error: BenchAgentError) => {
    failure ??= error
    // The other side would wait for ever, or measure alone, for money.
    giveUp.abort()
  }
  const server = await serveTurns(
    socketPath(room),
    (event) => {
      if (!signal.aborted) progress(event)
    },
    (message) => fail(unmeasurable(`Expected both sides to take turns alike, got this: ${message}. ${sameVersion}`)),
  )

  async function measureSide(setup: SideSetup): Promise<Finished> {
    const { side } = setup
    mkdirSync(join(room, side))
    const finished = await runSide(setup, selection, join(room, side), { variables: around.variables, signal })
    if (!signal.aborted && server.begun()[side] === undefined) fail(noTurns(setup, finished))
    server.order.sessionEnded(side)
    return finished
  }

  try {
    const [old, own] = await Promise.all([measureSide(setups.base), measureSide(setups.candidate)])
    around.signal.throwIfAborted()
    if (failure !== undefined) throw failure
    const [pairs, unpaired] = [server.order.pairs(), server.order.unpaired()]
    const outcomes = { base: await outcomeOf('base', room, old), candidate: await outcomeOf('candidate', room, own) }
    if (pairs.length === 0 && unpaired.every(({ kind }) => kind === 'absent')) throw nothingInCommon(unpaired)
    return { pairs, unpaired, outcomes }
  } finally {
    giveUp.abort()
    server.close()
  }
}

const sameVersion =
  'Use the same bench-agent on both sides: name a later base, or measure each side by itself and say `bench-agent compare`.'

function noTurns({ side, version }: SideSetup, { exitCode, output }: Finished): BenchAgentError {
  // It ended because of a variable that it does not know.
  if (output.includes(turnsVariable))
    return unmeasurable(
      `Expected the ${side} to take turns, got bench-agent ${version}, which knows none. ${sameVersion}`,
    )
  return unmeasurable(
    `Expected the ${side} to take turns, got exit code ${exitCode ?? 'none'} before the first test:\n${lastLines(output)}\nSee that \`npx vitest run\` works in a checkout of the ${side}, with the same --project.`,
  )
}

const deadKind: FileKind<typeof Dead> = { name: 'list of dead scenarios', schema: Dead, schemaVersion: 1, remedy: '' }

async function outcomeOf(side: Side, room: string, { exitCode, output }: Finished): Promise<SideOutcome> {
  const folder: SideFolder | undefined = sideFolder(join(room, side))
  const results = folder && (await readJson(folder.results, resultsKind))
  if (folder === undefined || results === undefined)
    throw unmeasurable(
      `Expected the ${side} to leave its results, got exit code ${exitCode ?? 'none'} without any:\n${lastLines(output)}\nSee what ended its Vitest.`,
    )
  return { records: results.records, dead: (await readJson(folder.dead, deadKind)) ?? [] }
}

function nothingInCommon(unpaired: readonly Unpaired[]): BenchAgentError {
  const told = sides.flatMap((side) => {
    const names = unpaired.filter((one) => one.side === side).map(({ name }) => name)
    return names.length === 0 ? [] : [`only the ${side} runs ${names.join(', ')}`]
  })
  return unmeasurable(
    `Expected a scenario that both sides run, got none${told.length === 0 ? '' : `: ${told.join('; ')}`}. Look at --project and at the names of files; a scenario goes by its file, its suites and its \`id\`.`,
  )
}

function unmeasurable(message: string): BenchAgentError {
  return new BenchAgentError('BENCH_AGENT_USAGE', message)
}
