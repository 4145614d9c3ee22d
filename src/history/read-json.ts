import { readFileSync } from 'node:fs'
import { BenchAgentError, messageOf } from '../domain/errors.ts'
import { expectation } from '../domain/expectation.ts'
import type { z } from '../domain/zod.ts'

/** What a file of ours is, and which versions of it are known. */
export interface FileKind<Schema extends z.ZodMiniType> {
  /** How messages call it: `baseline file`. */
  name: string
  schema: Schema
  schemaVersion: number
  /** What to do when it cannot be read. */
  remedy: string
}

/**
 * The content of a file that we wrote, absent when there is none.
 *
 * @throws BenchAgentError when it is corrupt, of a newer version, or may not be read
 */
export async function readJson<Schema extends z.ZodMiniType>(
  path: string,
  kind: FileKind<Schema>,
): Promise<z.infer<Schema> | undefined> {
  let text: string
  try {
    // Small files: a trip to the thread pool for each step would take longer than the steps.
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(path, kind, messageOf(error), error)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw unreadable(path, kind, messageOf(error), error)
  }
  const version = versionOf(content)
  if (version !== undefined && version > kind.schemaVersion) {
    throw unreadable(
      path,
      kind,
      `version ${version}, which a newer bench-agent wrote (this one knows ${kind.schemaVersion})`,
    )
  }
  const checked = kind.schema.safeParse(content)
  if (checked.success) return checked.data
  const issues = checked.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the file'}: expected ${expectation(issue)}`)
  throw unreadable(path, kind, issues.join('; '))
}

function versionOf(content: unknown): number | undefined {
  const version: unknown =
    typeof content === 'object' && content !== null && 'schemaVersion' in content ? content.schemaVersion : undefined
  return typeof version === 'number' ? version : undefined
}

function unreadable(path: string, kind: FileKind<z.ZodMiniType>, got: string, cause?: unknown): BenchAgentError {
  const message = `Expected a ${kind.name} at ${path}, got ${got}. It was left untouched. ${kind.remedy}`
  return new BenchAgentError('BENCH_AGENT_FILE', message, { cause })
}
