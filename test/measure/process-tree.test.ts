import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import {
  descendantsIn,
  descendantsOf,
  isAtWork,
  parents,
  processTree,
  residentSetByPidusage,
  residentSetOf,
} from '../../src/measure/process-tree.ts'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
})

/** A shell that has started another one and told its number. */
async function family(): Promise<{ parent: number; child: number }> {
  const shell = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  started.push(shell)
  const [line]: unknown[] = await once(shell.stdout, 'data')
  return { parent: shell.pid ?? 0, child: Number(String(line)) }
}

describe('descendants', () => {
  test('are those of the process and theirs', async () => {
    const { parent, child } = await family()
    expect(await descendantsOf([parent])).toEqual(new Set([parent, child]))
  })

  test('are the same by ps, which other systems have to ask', async () => {
    const { parent, child } = await family()
    expect(descendantsIn(await parents(), [parent])).toEqual(new Set([parent, child]))
  })

  test('are found in whatever order processes are listed', () => {
    const table = new Map([
      [5, 4],
      [4, 3],
      [3, 2],
      [9, 1],
    ])
    expect(descendantsIn(table, [2])).toEqual(new Set([2, 3, 4, 5]))
  })
})

describe('the resident set', () => {
  test('is by pidusage, which other systems need, what Linux tells', async () => {
    const cat = spawn('cat', { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
    started.push(cat)
    cat.stdin.write('there')
    await once(cat.stdout, 'data')
    // Of those that are not there, nothing is told.
    const pids = new Set([cat.pid ?? 0, 2 ** 30])
    const bytes = (await residentSetOf(pids)) ?? Number.NaN
    expect(bytes).toBeGreaterThan(100_000)
    // The kernel counts pages on each processor, and adds them up exactly in one of the two places only.
    expect(Math.abs(((await residentSetByPidusage(pids)) ?? Number.NaN) - bytes)).toBeLessThan(1_000_000)
    expect(await residentSetOf(new Set([2 ** 30]))).toBeUndefined()
    expect(await residentSetByPidusage(new Set([2 ** 30]))).toBeUndefined()
  })
})

describe('processTree', () => {
  test('knows nothing where no process was started', () => {
    const tree = processTree()
    expect([tree.cpuMs(), tree.cpuBeforeMs(), tree.peaks()]).toEqual([undefined, undefined, {}])
  })

  test('adds up what those use that are there, and what those used that have ended', () => {
    const tree = processTree()
    const burn = 'const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);'
    // It has not been there: what came before is not counted.
    spawnSync(process.execPath, ['-e', burn])
    tree.add(2 ** 30)
    const beforeMs = tree.cpuBeforeMs() ?? Number.NaN
    expect(beforeMs).toBeGreaterThanOrEqual(200)
    expect((tree.cpuMs() ?? Number.NaN) - beforeMs).toBe(0)
    spawnSync(process.execPath, ['-e', burn])
    expect((tree.cpuMs() ?? Number.NaN) - beforeMs).toBeGreaterThanOrEqual(200)
    tree.close()
  })
})

test('a process is at work until it has ended, whether anybody asked how or not', async () => {
  const { parent, child } = await family()
  expect([parent, child].map(isAtWork)).toEqual([true, true])
  process.kill(child, 'SIGKILL')
  await once(started[0] ?? process, 'exit')
  started.length = 0
  expect([parent, child].map(isAtWork)).toEqual([false, false])
})
