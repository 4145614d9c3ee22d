import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BenchAgentError, messageOf } from '../domain/errors.ts'

/**
 * Writes `text` to `path` whole or not at all: to a temporary file beside it, and then renamed.
 *
 * @param durable whether to wait until the disk has it, so that it outlives a power cut; what can be measured again need not
 *
 * @throws BenchAgentError when the disk is full or may not be written; the file that was there is untouched
 */
export async function writeWhole(path: string, text: string, durable = false): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(text)
      if (durable) await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    const message = `Expected to write ${path}, got: ${messageOf(error)}. Nothing was changed; free some space or make the folder writable, and run again.`
    throw new BenchAgentError('BENCH_AGENT_FILE', message, { cause: error })
  }
}
