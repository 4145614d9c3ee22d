import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { BenchAgentError, messageOf } from '../domain/errors.ts'

/**
 * Writes `text` to `path` whole or not at all: to a temporary file beside it, and then renamed.
 *
 * @param durable whether to wait until the disk has it, so that it outlives a power cut; what can be measured again need not
 * @throws BenchAgentError when the disk is full or may not be written; the file that was there is untouched
 */
export async function writeWhole(path: string, text: string, durable = false): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    // Small files at the end of a session: a trip to the thread pool for each step would take longer than the steps.
    writeFileSync(temporary, text, { flush: durable })
    renameSync(temporary, path)
  } catch (error) {
    discard(temporary)
    const message = `Expected to write ${path}, got: ${messageOf(error)}. Nothing was changed; free some space or make the folder writable, and run again.`
    throw new BenchAgentError('BENCH_AGENT_FILE', message, { cause: error })
  }
}

// What kept the file from being written tells more than what keeps half of it from being removed.
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true })
  } catch {}
}
