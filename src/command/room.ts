import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder for what lasts as long as a comparison. */
export function openRoom(): string {
  // Where it lies for real: folders for what is temporary are often links, and modules go by where they lie.
  return mkdtempSync(join(realpathSync(tmpdir()), 'bench-agent-ab-'))
}

/** Removes the folder `room` and all that is in it. */
export function closeRoom(room: string): void {
  rmSync(room, { recursive: true, force: true, maxRetries: 3 })
}
