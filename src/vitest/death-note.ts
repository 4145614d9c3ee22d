import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeathNote } from '../measure/watchdog.ts'

/** File in which the process `pid` says how it died. */
export function deathNotePath(sessionDirectory: string, pid: number): string {
  return join(sessionDirectory, `death-${pid}.json`)
}

/** What the process `pid` left behind; absent when it ended without a word. */
export async function readDeathNote(sessionDirectory: string, pid: number): Promise<DeathNote | undefined> {
  try {
    // Written by our own watchdog in this session.
    return JSON.parse(await readFile(deathNotePath(sessionDirectory, pid), 'utf8')) as DeathNote
  } catch {
    return undefined
  }
}
