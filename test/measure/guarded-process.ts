import { setTimeout as wait } from 'node:timers/promises'
import { attribute, currentSink } from '../../src/capture/attribution.ts'
import { wallClock } from '../../src/domain/clock.ts'
import { ActiveRun } from '../../src/measure/active-run.ts'
import { guardProcess } from '../../src/measure/guard.ts'

// A process in which runs fail in every way that no `catch` can see. Which way, its first argument says.

const failures: Record<string, (name: string) => unknown> = {
  exit: () => process.exit(3),
  exitInTimer: () => new Promise(() => setTimeout(() => process.exit(3), 5)),
  exitCaught: () => {
    try {
      process.exit(3)
    } catch {
      return 'went on'
    }
  },
  throwInTimer: (name) =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error(`${name} threw`)
      }, 5)
    }),
  throwInImmediate: (name) =>
    new Promise(() => {
      setImmediate(() => {
        throw new Error(`${name} threw`)
      })
    }),
  rejectUnseen: (name) => {
    void Promise.reject(new Error(`${name} threw`))
    return wait(30)
  },
  rejectLater: (name) => {
    void wait(5).then(() => Promise.reject(new Error(`${name} threw`)))
    return wait(30)
  },
  fine: () => wait(20),
}

const [scenario = '', ...names] = process.argv.slice(2)
const runs = names.map((name, index) => new ActiveRun(undefined, `${name} ${index}`, index, wallClock))

const claim = (error: unknown) => {
  const sink = currentSink()
  if (!(sink instanceof ActiveRun)) return false
  sink.fail(error)
  return true
}

function start(run: ActiveRun, failure: (name: string) => unknown): void {
  attribute(run, async () => failure(run.name)).then(
    (output) => run.finish(output),
    (error: unknown) => run.fail(error),
  )
}

if (scenario === 'runs') {
  const unguard = guardProcess({ claim })
  for (const [index, run] of runs.entries()) start(run, failures[names[index] ?? ''] ?? (() => undefined))
  await Promise.all(runs.map((run) => run.whenOver()))
  unguard()
  const outcomes = runs.map(({ name, output, thrown }) => {
    const error = thrown?.error
    return { name, output, thrown: error instanceof Error ? `${error.name}: ${error.message}` : undefined }
  })
  console.log(JSON.stringify(outcomes))
} else if (scenario === 'heard') {
  process.on('uncaughtException', (error, origin) => console.log('heard', error.message, origin))
  process.on('unhandledRejection', (reason) => console.log('heard', String(reason)))
  guardProcess({ claim })
  setTimeout(() => {
    throw new Error('a stranger')
  }, 1)
  void Promise.reject('another stranger')
} else if (scenario === 'unheard') {
  guardProcess({ claim })
  setTimeout(() => {
    throw new Error('a stranger')
  }, 1)
} else if (scenario === 'unheardRejection') {
  guardProcess({ claim })
  void Promise.reject(new Error('a stranger'))
} else if (scenario === 'exit') {
  guardProcess({ claim })
  process.exit(3)
}
