import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a process of Node ended. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the module at `path`, relative to this folder, in a Node of its own that no test runner listens to. */
export function runNode(path: string, ...given: string[]): Promise<Ended> {
  return runNodeWith([], path, ...given)
}

/** As {@link runNode}, with `flags` for Node itself. */
export function runNodeWith(flags: string[], path: string, ...given: string[]): Promise<Ended> {
  const module = fileURLToPath(new URL(path, import.meta.url))
  const child = spawn(process.execPath, [...flags, module, ...given])
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
