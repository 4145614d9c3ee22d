import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { descendantsOf, isAtWork } from '../../src/measure/process-tree.ts'

test('a process that is killed leaves nothing behind of what its agents started', async () => {
  const killed = fork(join(import.meta.dirname, 'killed-process.ts'))
  const [agent]: number[] = await once(killed, 'message')
  const tree = [...(await descendantsOf([agent ?? 0]))]
  expect(tree.filter(isAtWork).length).toBeGreaterThanOrEqual(1)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const untilMs = performance.now() + 5_000
  while (tree.some(isAtWork) && performance.now() < untilMs) await turn()
  expect(tree.filter(isAtWork)).toEqual([])
})
