import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Clock, wallClock } from '../domain/clock.ts'

/** The processes that an execution started, with those that they started in turn. */
export interface ProcessTree {
  /** Watches the process and its descendants, from now on until it is left. */
  add: (pid: number) => void
  /** Watches it no more. */
  leave: (pid: number) => void
  /**
   * User and system CPU time of processes that were started by this one, up to now, in milliseconds, in steps of the kernel's clock;
   * absent where the system does not tell, and before the first one was added.
   */
  cpuMs: () => number | undefined
  /** What {@link cpuMs} was when the first process was added. */
  cpuBeforeMs: () => number | undefined
  /** The most memory that they had at once, as far as they lived long enough to be seen. */
  peaks: () => MemoryPeaks
  close: () => void
}

/** Highest sums over all processes of a tree, in bytes; absent when unknown. */
export interface MemoryPeaks {
  /** Resident set; memory that processes share counts for each of them. */
  rssBytes?: number | undefined
  /** Proportional set: what processes share is divided among them. Linux alone tells. */
  pssBytes?: number | undefined
}

const everyMs = 50
// What is shared is read page by page. Of a machine of 2026, which need not be exact.
const pagesReadBytesPerMs = 75_000_000
const mostOfTimeRatio = 0.01
const pssEveryMs = 200

/** Watches no process yet. */
export function processTree(clock: Clock = wallClock): ProcessTree {
  const roots = new Set<number>()
  const peaks: MemoryPeaks = {}
  let cpuBeforeMs: number | undefined
  let stop: (() => void) | undefined
  let sampling = false
  let nextPssMs = 0

  const sample = async (): Promise<void> => {
    if (sampling) return
    sampling = true
    try {
      const pids = await descendantsOf(roots)
      const rssBytes = await residentSetOf(pids)
      peaks.rssBytes = highest(peaks.rssBytes, rssBytes)
      const nowMs = clock.nowMs()
      if (rssBytes === undefined || nowMs < nextPssMs) return
      peaks.pssBytes = highest(peaks.pssBytes, await proportionalSetOf(pids))
      nextPssMs = nowMs + Math.max(pssEveryMs, rssBytes / pagesReadBytesPerMs / mostOfTimeRatio)
    } finally {
      sampling = false
    }
  }
  return {
    add: (pid) => {
      cpuBeforeMs ??= childCpuMs(roots)
      roots.add(pid)
      stop ??= clock.every(everyMs, () => void sample().catch(() => undefined))
    },
    leave: (pid) => {
      roots.delete(pid)
      if (roots.size > 0) return
      stop?.()
      stop = undefined
    },
    cpuMs: () => (cpuBeforeMs === undefined ? undefined : childCpuMs(roots)),
    cpuBeforeMs: () => cpuBeforeMs,
    peaks: () => ({ ...peaks }),
    close: () => {
      roots.clear()
      stop?.()
      stop = undefined
    },
  }
}

function highest(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? (before ?? now) : Math.max(before, now)
}

// USER_HZ, in which the kernel tells times, is 100 on every architecture that Node runs on.
const tickMs = 10

/** Of processes that have ended, what they and their own had used; of those under `roots`, what they have used so far. */
function childCpuMs(roots: ReadonlySet<number>): number | undefined {
  const own = ticksOf('self')
  if (own === undefined) return undefined
  let ticks = own.ended
  for (const pid of descendantsNow(roots)) {
    const used = ticksOf(pid)
    if (used !== undefined) ticks += used.own + used.ended
  }
  return ticks * tickMs
}

/** CPU time of a process and of those of its children that have ended, in ticks; absent when there is none of that number. */
function ticksOf(pid: number | 'self'): { own: number; ended: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before may hold anything but is the last with a bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [user, system, userOfEnded, systemOfEnded] = fields.slice(11, 15).map(Number)
    if (user === undefined || system === undefined) return undefined
    return { own: user + system, ended: (userOfEnded ?? 0) + (systemOfEnded ?? 0) }
  } catch {
    return undefined
  }
}

/** `roots` and what they started, as far as Linux tells. */
function descendantsNow(roots: Iterable<number>): Set<number> {
  const found = new Set<number>()
  const visit = (pid: number): void => {
    if (found.has(pid)) return
    found.add(pid)
    for (const child of childrenOf(pid)) visit(child)
  }
  for (const pid of roots) visit(pid)
  return found
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** `roots` and all that they started and that is still there. */
export async function descendantsOf(roots: Iterable<number>): Promise<Set<number>> {
  if (process.platform === 'linux' || process.platform === 'win32') return descendantsNow(roots)
  return descendantsIn(await parents(), roots)
}

/** `roots` and their descendants, by the parent of each process. */
export function descendantsIn(parents: ReadonlyMap<number, number>, roots: Iterable<number>): Set<number> {
  const found = new Set(roots)
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  return found
}

/** Whether a process of this number is there and has not ended: one that has may stay listed until its parent asks how. */
export function isAtWork(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** The parent of every process, as ps tells. */
export async function parents(): Promise<Map<number, number>> {
  const { execFile } = await import('node:child_process')
  const table = await new Promise<string>((resolve, reject) =>
    execFile('ps', ['-A', '-o', 'pid=,ppid='], (error, stdout) => (error === null ? resolve(stdout) : reject(error))),
  )
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  return new Map(rows.map(([pid = 0, parent = 0]) => [pid, parent]))
}

/** What the resident sets of `pids` add up to, in bytes; absent when none of them is there. */
export async function residentSetOf(pids: ReadonlySet<number>): Promise<number | undefined> {
  return process.platform === 'linux' ? residentSetNow(pids) : residentSetByPidusage(pids)
}

/** As the kernel of Linux tells: a sixth of what pidusage takes for it. */
function residentSetNow(pids: ReadonlySet<number>): number | undefined {
  return sumOfKnown([...pids].map((pid) => kilobytesIn(statusOf(pid), 'VmRSS')))
}

/** As pidusage tells, on any system. */
export async function residentSetByPidusage(pids: ReadonlySet<number>): Promise<number | undefined> {
  if (pids.size === 0) return undefined
  const { default: pidusage } = await import('pidusage')
  // Those that have ended in the meantime are left out.
  const usages = await pidusage([...pids]).catch(() => ({}))
  return sumOfKnown(Object.values(usages).map((usage) => usage?.memory))
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return ''
  }
}

async function proportionalSetOf(pids: ReadonlySet<number>): Promise<number | undefined> {
  // One that has ended, or belongs to somebody else, tells nothing.
  const rollups = [...pids].map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => ''))
  return sumOfKnown((await Promise.all(rollups)).map((rollup) => kilobytesIn(rollup, 'Pss')))
}

/** The number of `name` in what the kernel tells of a process, in bytes; absent when it does not say. */
function kilobytesIn(told: string, name: string): number | undefined {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(told)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

function sumOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}
