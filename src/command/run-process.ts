import { spawn } from 'node:child_process'

/** What a process came to. */
export interface Finished {
  /** Absent when it was killed. */
  exitCode: number | undefined
  /** What it printed to its standard output. */
  stdout: string
  /** The end of everything it printed. */
  output: string
}

/** Where and how long a process runs. */
export interface ProcessOptions {
  cwd: string
  variables: NodeJS.ProcessEnv
  /** Kills it, with all that it started. */
  signal: AbortSignal
  /** Whether `command` is a line for the shell. @default false */
  shell?: boolean | undefined
}

const outputKept = 100_000
const patienceMs = 2_000
const isWindows = process.platform === 'win32'

/**
 * Runs `command` to its end.
 *
 * @throws Error when it cannot be started
 */
export function runProcess(command: string, given: readonly string[], options: ProcessOptions): Promise<Finished> {
  const { cwd, variables, signal, shell = false } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, given, {
      cwd,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
      // A group of its own, for its children have to end with it; and so that Ctrl-C reaches us alone, who clean up.
      detached: !isWindows,
      windowsHide: true,
    })
    let stdout = ''
    let output = ''
    let lastResort: NodeJS.Timeout | undefined
    const keep = (text: string) => {
      output = (output + text).slice(-outputKept)
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      keep(text)
    })
    child.stderr.setEncoding('utf8').on('data', keep)
    const stop = () => {
      kill(child.pid, 'SIGTERM')
      lastResort = setTimeout(() => kill(child.pid, 'SIGKILL'), patienceMs)
    }
    const end = () => {
      clearTimeout(lastResort)
      // What it left behind.
      kill(child.pid, 'SIGKILL')
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    child.on('error', (error) => {
      end()
      reject(error)
    })
    child.on('close', (exitCode) => {
      end()
      resolve({ exitCode: exitCode ?? undefined, stdout, output })
    })
  })
}

/** Sends `signal` to the process and all that it started. */
function kill(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  try {
    process.kill(isWindows ? pid : -pid, signal)
  } catch {
    // It has ended by itself.
  }
}

// Where in Vitest or npm something was thrown helps nobody.
const stackFrame = /^\s+at /

/** The last lines of what a process printed, indented. */
export function lastLines(output: string, count = 20): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !stackFrame.test(line))
  return lines
    .slice(-count)
    .map((line) => `  ${line}`)
    .join('\n')
}
