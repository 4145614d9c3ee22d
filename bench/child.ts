import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Starts `file` of this folder in a process of its own, which answers what it is asked. */
export function startChild(file: string, ...given: string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), given, { stdio: 'inherit' })
}

/** What `child` answers to `request`. */
export async function askChild<Answer>(child: ChildProcess, request: object): Promise<Answer> {
  const ended = new AbortController()
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`Expected ${child.spawnargs.slice(1).join(' ')} to answer, but it ended with code ${code}`)
  })
  try {
    child.send(request)
    const [answer]: Answer[] = await Promise.race([once(child, 'message', { signal: ended.signal }), died])
    if (answer === undefined) throw new Error('Expected a process to answer, got an empty message')
    return answer
  } finally {
    ended.abort()
    died.catch(() => undefined)
  }
}
