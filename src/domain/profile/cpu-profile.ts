/** A function as V8 tells of it; lines and columns are 0-based. */
export interface CallFrame {
  /** Empty for one without a name; in parentheses for what is no function, such as `(idle)`. */
  functionName: string
  /** Of the script that it is in; `0` for what is in none. */
  scriptId: string
  /** Path or address of the script; empty for what is in none. */
  url: string
  lineNumber: number
  columnNumber: number
}

/** A place in the tree of calls: a function, called from its parent. */
export interface ProfileNode {
  id: number
  callFrame: CallFrame
  /** Samples that found it running. */
  hitCount?: number | undefined
  /** Ids of what it called. */
  children?: readonly number[] | undefined
}

/**
 * A CPU profile, as a `.cpuprofile` file holds it: what was found running, sample by sample. Times are microseconds.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
 */
export interface CpuProfile {
  nodes: readonly ProfileNode[]
  startTime: number
  endTime: number
  /** Id of the node that each sample found. */
  samples?: readonly number[] | undefined
  /** From one sample to the next; the first from the start. */
  timeDeltas?: readonly number[] | undefined
}

/** What a function took of a profile. */
export interface FunctionTime {
  frame: CallFrame
  /** While it was at work itself, in milliseconds. */
  selfMs: number
  /** While it, or what it called, was at work, in milliseconds. */
  totalMs: number
}

/** What a profile comes to. */
export interface ProfileTimes {
  /** First sample to the end, in milliseconds. */
  durationMs: number
  /** How often it was looked at what runs. */
  samples: number
  /** While nothing ran, in milliseconds: the thread waited. */
  idleMs: number
  /** While memory was cleaned up, in milliseconds. */
  garbageCollectionMs: number
  /** While something ran that is no function of JavaScript, in milliseconds. */
  nativeMs: number
  /** Most time of their own first, then most time altogether. */
  functions: FunctionTime[]
}

/**
 * What the functions of `profile` took. A sample stands for the time from it to the next one; what lies before the first is the
 * profiler's own start. A function that calls itself is counted once.
 *
 * @see METHODOLOGY.md#profiles-of-slow-runs
 */
export function timesOf(profile: CpuProfile): ProfileTimes {
  const { perNode, wholeUs, samples } = samplesOf(profile)
  const sums = { idle: 0, garbageCollection: 0, native: 0 }
  const functions = new Map<string, FunctionTime>()
  visit(profile, perNode, ({ callFrame: frame }, key, selfUs, totalUs) => {
    if (isFunction(frame)) addFunction(functions, key, frame, selfUs / 1000, totalUs / 1000)
    else sums[kindOf(frame)] += selfUs
  })
  return {
    durationMs: wholeUs / 1000,
    samples,
    idleMs: sums.idle / 1000,
    garbageCollectionMs: sums.garbageCollection / 1000,
    nativeMs: sums.native / 1000,
    functions: [...functions.values()].sort((a, b) => b.selfMs - a.selfMs || b.totalMs - a.totalMs),
  }
}

/** How long each node was found running, by its id. */
function samplesOf({ samples = [], timeDeltas = [], startTime, endTime }: CpuProfile): {
  perNode: Map<number, number>
  wholeUs: number
  samples: number
} {
  let atUs = startTime
  // V8 may hand samples over a little out of order.
  const taken = samples
    .map((node, position) => {
      atUs += timeDeltas[position] ?? 0
      return { node, atUs }
    })
    .sort((a, b) => a.atUs - b.atUs)
  const perNode = new Map<number, number>()
  for (const [position, { node, atUs: fromUs }] of taken.entries()) {
    const toUs = taken[position + 1]?.atUs ?? endTime
    perNode.set(node, (perNode.get(node) ?? 0) + Math.max(0, toUs - fromUs))
  }
  return { perNode, wholeUs: Math.max(0, endTime - (taken[0]?.atUs ?? endTime)), samples: taken.length }
}

type Visitor = (node: ProfileNode, key: string, selfUs: number, totalUs: number) => void

/** Tells `visitor` of every node; of one within a call of the same function no total, which the outer one has already. */
function visit(profile: CpuProfile, perNode: ReadonlyMap<number, number>, visitor: Visitor): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const totals = new Map<number, number>()
  const open = new Map<string, number>()
  // A stack of our own, for calls may be deeper than ours may get.
  const left: { node: ProfileNode; leaves: boolean }[] = rootsOf(profile).map((node) => ({ node, leaves: false }))
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    const { node, leaves } = at
    const { id, callFrame, children = [] } = node
    const key = keyOf(callFrame)
    if (!leaves) {
      open.set(key, (open.get(key) ?? 0) + 1)
      left.push({ node, leaves: true })
      for (const child of children) {
        const called = nodes.get(child)
        if (called !== undefined) left.push({ node: called, leaves: false })
      }
      continue
    }
    const selfUs = perNode.get(id) ?? 0
    const totalUs = children.reduce((sum, child) => sum + (totals.get(child) ?? 0), selfUs)
    totals.set(id, totalUs)
    const around = (open.get(key) ?? 1) - 1
    open.set(key, around)
    visitor(node, key, selfUs, around > 0 ? 0 : totalUs)
  }
}

/** What `profile` tells of the time from `fromUs` on. */
export function profileFrom(profile: CpuProfile, fromUs: number): CpuProfile {
  const { nodes, samples = [], timeDeltas = [] } = profile
  const hits = new Map<number, number>()
  const kept: { samples: number[]; timeDeltas: number[] } = { samples: [], timeDeltas: [] }
  let atUs = profile.startTime
  let beforeUs = fromUs
  for (const [position, node] of samples.entries()) {
    atUs += timeDeltas[position] ?? 0
    if (atUs < fromUs) continue
    kept.samples.push(node)
    kept.timeDeltas.push(atUs - beforeUs)
    hits.set(node, (hits.get(node) ?? 0) + 1)
    beforeUs = atUs
  }
  const counted = nodes.map((node) => ({ ...node, hitCount: hits.get(node.id) ?? 0 }))
  return { ...profile, ...kept, nodes: counted, startTime: fromUs }
}

function rootsOf({ nodes }: CpuProfile): ProfileNode[] {
  const called = new Set(nodes.flatMap(({ children = [] }) => children))
  return nodes.filter(({ id }) => !called.has(id))
}

// The same function is in the tree once for each way that led to it.
function keyOf({ functionName, scriptId, url, lineNumber, columnNumber }: CallFrame): string {
  return `${scriptId}|${url}|${lineNumber}|${columnNumber}|${functionName}`
}

function isFunction({ functionName, url }: CallFrame): boolean {
  return url !== '' || !/^\((?!anonymous\)).*\)$/.test(functionName)
}

function kindOf({ functionName }: CallFrame): 'idle' | 'garbageCollection' | 'native' {
  if (functionName === '(idle)') return 'idle'
  return functionName === '(garbage collector)' ? 'garbageCollection' : 'native'
}

function addFunction(
  functions: Map<string, FunctionTime>,
  key: string,
  frame: CallFrame,
  selfMs: number,
  totalMs: number,
): void {
  const known = functions.get(key)
  if (known === undefined) {
    functions.set(key, { frame, selfMs, totalMs })
    return
  }
  known.selfMs += selfMs
  known.totalMs += totalMs
}
