import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { attributeToNobody } from '../../capture/attribution.ts'
import { wallClock } from '../../domain/clock.ts'
import { quoteValue } from '../../domain/errors.ts'
import type { ProcessTree } from '../../measure/process-tree.ts'
import { descendantsOf, isAtWork } from '../../measure/process-tree.ts'
import { reapAfterwards, reapNoMore } from './reaper.ts'

/** What to start. */
export interface Command {
  command: string
  args: readonly string[]
  /** @default the working directory of this process */
  cwd?: string | undefined
  environment: Readonly<Record<string, string | undefined>>
}

/** A process that an agent started. */
export interface Child {
  stdin: Writable
  stdout: Readable
  /** The end of what it has written to stderr so far. */
  stderr: () => string
  /** How it ended, once it has, with all that it wrote; never rejects. */
  ended: Promise<Ending>
  /** Whether this process waits for it before it ends by itself. @default true */
  hold: (isHeld: boolean) => void
  /** Ends it with everything that it started; resolves when it is gone. */
  kill: () => Promise<void>
}

/** How a process ended. */
export interface Ending {
  /** Absent when a signal ended it. */
  code?: number | undefined
  signal?: string | undefined
  /** Why it did not start; absent when it did. */
  failure?: Error | undefined
}

// What an error can show of it.
const mostStderr = 4_000
// How long a process may take to end by itself when it is told to.
const patienceMs = 200
const turnMs = 5
const mostTurns = 40

/** Starts `command` in a process group of its own, so that it can be ended with all that it started. */
export function startChild(command: Command, processes: ProcessTree): Child {
  // What it does later belongs to whoever asks then, and not to the run in which it was started.
  const started = attributeToNobody(() => spawned(command))
  const { pid } = started
  let stderr = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostStderr)
  })
  // Of a process that has ended before it read everything, its end tells.
  started.stdin.on('error', () => undefined)
  if (pid !== undefined) {
    processes.add(pid)
    reapAfterwards(pid)
  }
  const ended = new Promise<Ending>((resolve) => {
    started.once('error', (error) => {
      if (pid === undefined) resolve({ failure: startFailure(command, error) })
    })
    // What it has left behind may hold its pipes open for ever.
    started.once('exit', () => {
      signalGroup(pid, 'SIGKILL')
      leavePipes(started)
    })
    started.once('close', (code, signal) => {
      if (pid === undefined) return
      processes.leave(pid)
      reapNoMore(pid)
      resolve({ code: code ?? undefined, signal: signal ?? undefined })
    })
  })
  let killed: Promise<void> | undefined
  const kill = async (): Promise<void> => {
    if (pid === undefined || started.exitCode !== null || started.signalCode !== null) return void (await ended)
    // Those that have left the group are found as long as their parents are there.
    const all = await descendantsOf([pid]).catch(() => new Set<number>())
    signalGroup(pid, 'SIGTERM')
    const isGone = await Promise.race([ended.then(() => true), after(patienceMs)])
    if (isGone !== true) signalGroup(pid, 'SIGKILL')
    for (const one of all) signal(one, 'SIGKILL')
    await ended
    await untilGone(all)
  }
  return {
    stdin: started.stdin,
    stdout: started.stdout,
    stderr: () => stderr.trim(),
    ended,
    hold: (isHeld) => {
      for (const one of [started, ...started.stdio]) holdOne(one, isHeld)
    },
    kill: () => {
      killed ??= kill()
      return killed
    },
  }
}

function spawned({ command, args, cwd, environment }: Command): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(command, args, {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
}

// Pipes are sockets here, which their types do not say.
function holdOne(one: object | null | undefined, isHeld: boolean): void {
  const method: unknown = one === null || one === undefined ? undefined : Reflect.get(one, isHeld ? 'ref' : 'unref')
  if (typeof method === 'function') Reflect.apply(method, one, [])
}

/** Lets go of the pipes of a process that has ended, once nothing more comes from them. */
async function leavePipes({ stdout, stderr }: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  const pipes = [stdout, stderr]
  do await after(patienceMs)
  while (pipes.some(({ readableLength }) => readableLength > 0))
  for (const pipe of pipes) pipe.destroy()
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    wallClock.after(ms, resolve)
  })
}

// A process that is killed takes a moment to go; where nobody asks how it ended, something of it stays.
async function untilGone(pids: ReadonlySet<number>): Promise<void> {
  for (let turn = 0; turn < mostTurns && [...pids].some(isAtWork); turn++) await after(turnMs)
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid !== undefined) signal(process.platform === 'win32' ? pid : -pid, name)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has gone.
  }
}

function startFailure({ command, cwd = process.cwd() }: Command, error: Error): Error {
  const reason = 'code' in error ? error.code : undefined
  const quoted = quoteValue(command)
  if (!existsSync(cwd)) return new Error(`Expected cwd to be a folder, got ${quoteValue(cwd)}, which is not there.`)
  if (reason === 'ENOENT')
    return new Error(`Expected command to be a program, got ${quoted}, which is neither a path nor on PATH (ENOENT).`)
  if (reason === 'EACCES')
    return new Error(`Expected command to be a program, got ${quoted}, which may not be executed (EACCES).`)
  return new Error(`${quoted} could not be started: ${error.message}`)
}

/** What `ending` says of a process that should have gone on, or ended well: a sentence, with what it wrote to stderr. */
export function endingError(what: string, { code, signal, failure }: Ending, stderr: string): Error {
  if (failure !== undefined) return failure
  const how = signal === undefined ? `ended with exit code ${code}` : `was ended by ${signal}`
  const said = stderr === '' ? 'It wrote nothing to stderr.' : `It wrote to stderr:\n${stderr}`
  return new Error(`${what} ${how}. ${said}`)
}
