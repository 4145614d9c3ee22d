import { type Opening, type Reply, type Side, sides } from './turn-message.ts'

/** A scenario that both sides measured in turns. */
export interface Pair {
  name: string
  file: string
  /** Ids of the two records. */
  executions: Record<Side, string>
  /** Side whose process ended before the scenario did; absent when none did. */
  lost?: Side | undefined
}

/** A scenario that one side had to leave out, for there was no counterpart to it. */
export interface Unpaired {
  side: Side
  name: string
  file: string
  /**
   * - `absent`: the other side does not run it
   * - `broken`: the other side would have, had it not broken before
   * - `order`: the sides come to it at different times
   * - `changed`: it is another one on the other side, by its cases or its load
   */
  kind: 'absent' | 'broken' | 'order' | 'changed'
  reason: string
}

/** What happens, for whoever watches. */
export type TurnEvent =
  | { type: 'begun'; name: string; file: string; turns: number }
  | { type: 'turn'; side: Side; taken: Record<Side, number> }
  | { type: 'ended'; name: string }

/** What {@link createTurnOrder} tells. */
export interface TurnOutlet {
  /** Answers what `asker` asked. */
  answer: (asker: object, reply: Reply) => void
  tell: (event: TurnEvent) => void
}

/** The order in which two sides measure: each method is told of something that happened on one of them. */
export interface TurnOrder {
  /** The session of `side` begins, and is about to run `files`. */
  begin: (side: Side, files: readonly string[]) => void
  fileEnded: (side: Side, file: string, error?: string) => void
  /** The process of `side` has ended. */
  sessionEnded: (side: Side) => void
  /** `asker` would like to measure a scenario. */
  open: (asker: object, opening: Opening) => void
  /** `asker` has made a turn, and would like another. */
  next: (asker: object) => void
  /** `asker` needs no further turn. */
  done: (asker: object) => void
  /** `asker` is no more. */
  gone: (asker: object) => void
  pairs: () => readonly Pair[]
  unpaired: () => readonly Unpaired[]
}

interface Member extends Opening {
  asker: object
  state: 'asking' | 'running' | 'finished' | 'gone'
  /** Turns that it was given, the warm-up included. */
  taken: number
}

interface SideState {
  session: 'awaited' | 'open' | 'ended'
  /** Files that are still to come. */
  ahead: Set<string>
  /** Scenarios that are over, measured or not. */
  past: Set<string>
  /** The first one is at work or asks to be. */
  members: Member[]
  /** Where in a file the side is; absent between files. */
  place?: Pick<Opening, 'file' | 'test'> & { later: ReadonlySet<string> }
  /** Why files could not be loaded, or not to their end. */
  errors: Map<string, string>
}

/**
 * Lets two sides measure the same scenario in turns: A B B A A B B A … Nobody gets a turn while another has one, or before both sides
 * have come to the scenario and to its first turn. No time is waited out: whoever waits is answered when the other side comes
 * to the same scenario, comes to its end, or can no longer come to it.
 */
export function createTurnOrder({ answer, tell }: TurnOutlet): TurnOrder {
  const states: Record<Side, SideState> = { base: newSide(), candidate: newSide() }
  const pairs: Pair[] = []
  const unpaired: Unpaired[] = []
  let current: { pair: Pair; members: Record<Side, Member> } | undefined

  function advance(): void {
    while (step());
  }

  /** Whether something could be decided. */
  function step(): boolean {
    if (sides.some((side) => states[side].session === 'awaited')) return false
    if (sides.some((side) => states[side].members[0]?.state === 'running')) return false
    if (current !== undefined) return stepPair(current.pair, current.members)
    return sides.some(stepOpening)
  }

  function stepPair(pair: Pair, members: Record<Side, Member>): boolean {
    const asking = sides.map((side) => members[side]).filter(({ state }) => state === 'asking')
    const next = asking.sort((a, b) => a.taken - b.taken || precedence(a) - precedence(b))[0]
    if (next === undefined) return endPair(pair, members)
    const other = members[otherOf(next.side)]
    if (other.state !== 'asking' && next.taken >= other.taken) {
      next.state = 'running'
      answer(next.asker, { type: 'stop', reason: `${next.name} has come to its end in the ${other.side}` })
      return true
    }
    next.state = 'running'
    next.taken += 1
    answer(next.asker, { type: 'go' })
    tell({ type: 'turn', side: next.side, taken: { base: members.base.taken, candidate: members.candidate.taken } })
    return true
  }

  function endPair(pair: Pair, members: Record<Side, Member>): boolean {
    current = undefined
    for (const side of sides) {
      const member = members[side]
      states[side].members.shift()
      if (member.state === 'finished') answer(member.asker, { type: 'go' })
    }
    tell({ type: 'ended', name: pair.name })
    return true
  }

  /** Decides on the scenario that `side` waits with, as far as that can be done. */
  function stepOpening(side: Side): boolean {
    const member = states[side].members[0]
    if (member === undefined) return false
    const other = states[otherOf(side)].members[0]
    if (other?.key === member.key) return meet(member, other)
    if (!mayCome(otherOf(side), member)) return leaveOut(member, ...whyMissing(member))
    // Each side waits for what the other has still to come to.
    if (side !== 'base' || other === undefined || !mayCome(side, other)) return false
    return leaveOut(member, 'order', `it stands before ${other.name} in one side and after it in the other`)
  }

  function meet(member: Member, other: Member): boolean {
    if (member.comparability === other.comparability) return beginPair(member, other)
    for (const one of [member, other]) leaveOut(one, 'changed', 'its cases or its load are not the same on both sides')
    return true
  }

  function beginPair(member: Member, other: Member): boolean {
    const members = { [member.side]: member, [other.side]: other } as Record<Side, Member>
    const { name, file } = members.candidate
    const executions = { base: members.base.execution, candidate: members.candidate.execution }
    const pair: Pair = { name, file, executions }
    pairs.push(pair)
    for (const side of sides) states[side].past.add(member.key)
    current = { pair, members }
    tell({ type: 'begun', name, file, turns: Math.min(member.turns, other.turns) })
    return true
  }

  function leaveOut(member: Member, kind: Unpaired['kind'], reason: string): boolean {
    const state = states[member.side]
    state.members.shift()
    state.past.add(member.key)
    const { side, name, file, asker } = member
    unpaired.push({ side, name, file, kind, reason })
    answer(asker, { type: 'stop', reason })
    return true
  }

  /** Whether `side` may still come to the scenario of `member`, which is of the other side. */
  function mayCome(side: Side, { key, test, file }: Member): boolean {
    const { session, past, place, ahead } = states[side]
    if (session === 'ended' || past.has(key)) return false
    if (place?.file === file) return place.test === test || place.later.has(test)
    return ahead.has(file)
  }

  function whyMissing({ side, key, file }: Member): [kind: Unpaired['kind'], reason: string] {
    const other = otherOf(side)
    const error = states[other].errors.get(file)
    if (error !== undefined) return ['broken', `its file broke off in the ${other}: ${error}`]
    if (states[other].past.has(key)) return ['order', `the ${other} came to it at another time`]
    return ['absent', `the ${other} does not run it`]
  }

  function memberOf(asker: object): Member | undefined {
    return sides.flatMap((side) => states[side].members).find((member) => member.asker === asker)
  }

  function moved(asker: object, state: Member['state']): void {
    const member = memberOf(asker)
    if (member !== undefined) member.state = state
    advance()
  }

  return {
    begin: (side, files) => {
      Object.assign(states[side], { session: 'open', ahead: new Set(files) })
      advance()
    },
    fileEnded: (side, file, error) => {
      const state = states[side]
      state.ahead.delete(file)
      if (state.place?.file === file) delete state.place
      if (error !== undefined) state.errors.set(file, error)
      advance()
    },
    sessionEnded: (side) => {
      states[side].session = 'ended'
      advance()
    },
    open: (asker, opening) => {
      const state = states[opening.side]
      const member: Member = { ...opening, asker, state: 'asking', taken: 0 }
      if (state.past.has(opening.key)) {
        answer(asker, { type: 'stop', reason: 'it was measured already, and a second attempt has no counterpart' })
        return
      }
      state.ahead.delete(opening.file)
      state.place = { file: opening.file, test: opening.test, later: new Set(opening.later) }
      state.members.push(member)
      advance()
    },
    next: (asker) => moved(asker, 'asking'),
    done: (asker) => moved(asker, 'finished'),
    gone: (asker) => {
      const member = memberOf(asker)
      if (member === undefined) return
      lose(member)
      advance()
    },
    pairs: () => pairs,
    unpaired: () => unpaired,
  }

  function lose(member: Member): void {
    if (member.state === 'gone') return
    if (member.state !== 'finished') states[member.side].errors.set(member.file, `its process ended in ${member.name}`)
    if (current !== undefined && current.members[member.side] === member) {
      if (member.state !== 'finished') current.pair.lost ??= member.side
      member.state = 'gone'
      return
    }
    const state = states[member.side]
    state.members = state.members.filter((one) => one !== member)
    state.past.add(member.key)
  }
}

function newSide(): SideState {
  return { session: 'awaited', ahead: new Set(), past: new Set(), members: [], errors: new Map() }
}

function otherOf(side: Side): Side {
  return side === 'base' ? 'candidate' : 'base'
}

// A B, then B A, and so on: drift over time falls on both sides alike.
function precedence({ side, taken }: Member): number {
  return (side === 'base') === (taken % 2 === 0) ? 0 : 1
}
