import { describe, expect, test } from 'vitest'
import { guardProcess, ProcessExitError } from '../../src/measure/guard.ts'
import { runNode } from './child.ts'

const events = ['uncaughtException', 'unhandledRejection'] as const

// Vitest listens to stray errors itself, so that only a process of its own can show what becomes of them.
async function failingRuns(...names: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runNode('guarded-process.ts', 'runs', ...names)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

describe('it costs its own run only', () => {
  test.each([
    ['exit', 'ProcessExitError: The agent called process.exit(3)'],
    ['exitInTimer', 'ProcessExitError: The agent called process.exit(3)'],
    ['exitCaught', 'ProcessExitError: The agent called process.exit(3)'],
    ['throwInTimer', 'Error: throwInTimer 0 threw'],
    ['throwInImmediate', 'Error: throwInImmediate 0 threw'],
    ['rejectUnseen', 'Error: rejectUnseen 0 threw'],
    ['rejectLater', 'Error: rejectLater 0 threw'],
  ])('when an agent does this: %s', async (name, thrown) => {
    expect(await failingRuns(name, 'fine')).toEqual([{ name: `${name} 0`, thrown }, { name: 'fine 1' }])
  })

  test('when many are in flight, each of which fails in its own way', async () => {
    const names = [
      'exit',
      'throwInTimer',
      'fine',
      'rejectLater',
      'exitInTimer',
      'throwInTimer',
      'throwInImmediate',
      'fine',
    ]
    const exit = 'ProcessExitError: The agent called process.exit(3)'
    const thrown = names.map((name, index) => {
      if (name === 'fine') return undefined
      return name.startsWith('exit') ? exit : `Error: ${name} ${index} threw`
    })
    expect(await failingRuns(...names)).toEqual(
      names.map((name, index) => ({ name: `${name} ${index}`, ...(thrown[index] && { thrown: thrown[index] }) })),
    )
  })
})

describe('what belongs to no run', () => {
  test('goes to who listened before', async () => {
    const { code, stdout } = await runNode('guarded-process.ts', 'heard')
    expect(stdout.trim().split('\n').sort()).toEqual(['heard a stranger uncaughtException', 'heard another stranger'])
    expect(code).toBe(0)
  })

  test.each(['unheard', 'unheardRejection'])('ends the process when nobody listened: %s', async (scenario) => {
    const { code, stderr } = await runNode('guarded-process.ts', scenario)
    expect(code).not.toBe(0)
    expect(stderr).toContain('Error: a stranger')
  })

  test('exits when it calls process.exit', async () => {
    expect(await runNode('guarded-process.ts', 'exit')).toMatchObject({ code: 3, stdout: '' })
  })
})

describe('when the guard ends', () => {
  test('process.exit and the listeners are as they were', () => {
    const { exit } = process
    const before = events.map((event) => process.rawListeners(event))
    const unguard = guardProcess({ claim: () => false })
    expect(process.exit).not.toBe(exit)
    for (const event of events) expect(process.rawListeners(event)).toHaveLength(1)
    unguard()
    expect(process.exit).toBe(exit)
    expect(events.map((event) => process.rawListeners(event))).toEqual(before)
  })

  test('a listener that wanted to be told once still is told once', () => {
    const told: unknown[] = []
    const listener = (error: unknown) => told.push(error)
    process.once('uncaughtException', listener)
    guardProcess({ claim: () => false })()
    const raw = process.rawListeners('uncaughtException').at(-1)
    process.removeListener('uncaughtException', listener)
    expect(raw).toHaveProperty('listener', listener)
  })

  test('listeners that an agent added meanwhile stay, behind the earlier ones', () => {
    const before = process.rawListeners('uncaughtException')
    const added = () => undefined
    const unguard = guardProcess({ claim: () => false })
    process.on('uncaughtException', added)
    unguard()
    const after = process.rawListeners('uncaughtException')
    process.removeListener('uncaughtException', added)
    expect(after).toEqual([...before, added])
  })
})

test('an agent that calls process.exit gets no further', () => {
  const claimed: unknown[] = []
  const unguard = guardProcess({
    claim: (error) => {
      claimed.push(error)
      return true
    },
  })
  try {
    expect(() => process.exit()).toThrow(new ProcessExitError('The agent called process.exit()'))
  } finally {
    unguard()
  }
  expect(claimed).toEqual([new ProcessExitError('The agent called process.exit()')])
})

test('what an agent’s exit throws is nobody else’s, wherever it surfaces', () => {
  const heard: unknown[] = []
  const listener = (error: unknown) => heard.push(error)
  process.on('uncaughtException', listener)
  const unguard = guardProcess({ claim: () => false })
  process.emit('uncaughtException', new ProcessExitError('The agent called process.exit(1)'))
  unguard()
  process.removeListener('uncaughtException', listener)
  expect(heard).toEqual([])
})
