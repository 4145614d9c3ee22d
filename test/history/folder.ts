import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder of its own for the test that asks; it is gone when the test is over. */
export function ownFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bench-agent-history-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
