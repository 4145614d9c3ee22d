import { readFileSync } from 'node:fs'

/** What is in a file that processes of a session leave for one another; absent when none has left it yet. */
export function textOfNote(path: string): string | undefined {
  try {
    // A few bytes, read and written while nothing is measured: a trip to the thread pool would take longer.
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
