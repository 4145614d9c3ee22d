import type { TestContext } from 'vitest'
import type { BenchAgentError } from '../domain/errors.ts'
import { withoutQuotes } from '../domain/identity.ts'
import { longestTimerMs } from '../domain/limit.ts'
import type { BenchAgent, RunnerOptions } from './api.ts'
import { type CallSite, callSite } from './call-site.ts'
import { destructuredNames } from './fixture-names.ts'
import type { Rows } from './rows.ts'
import { maybeVitest, requireVitest } from './runner.ts'
import type { Declared, UntypedOptions } from './scenario-test.ts'
import { workerSettings } from './settings.ts'

type Callback = (...given: never[]) => unknown

/** Rows that are collected one by one, in the order in which Vitest formats their titles. */
interface CollectedRows {
  next: number
  options: readonly UntypedOptions[]
  check: Callback | undefined
  site: CallSite
  /** Absent when they are measured one after another. */
  inTurns: Rows | undefined
}

const rowsKey = Symbol('rows')
type Collected = UntypedOptions & { [rowsKey]?: CollectedRows }

/** What Vitest makes of a collecting function. */
interface Collector {
  (name: string, options?: object, check?: Callback): void
  skip: Collector
  only: Collector
  todo: Collector
  fails: Collector
  concurrent: Collector
  skipIf: (condition: unknown) => Collector
  runIf: (condition: unknown) => Collector
  for: (rows: readonly unknown[]) => (name: string, options: object, check: Callback) => void
  each: Collector['for']
  extend: (fixtures: object) => Collector
}

function outsideVitest({ name }: TestKind): Collector {
  return new Proxy((() => undefined) as unknown as Collector, {
    apply: () => requireVitest(name),
    get: () => requireVitest(name),
  })
}

/** What a test function of ours makes of what it is given. */
export interface TestKind {
  /** How users call it. */
  name: string
  /** What is wrong with `options`; absent when nothing is. */
  mistakeIn: (title: string, options: UntypedOptions) => BenchAgentError | undefined
  /** The longest that one execution may take, in milliseconds; 0 for no limit of Vitest's. */
  timeoutMs: (title: string, options: UntypedOptions) => number
  /** Where the user wrote it, when it is declared from elsewhere. @default where it is called */
  site?: CallSite | undefined
  /** Options that mean something else here than to Vitest. @default none */
  ownNames?: readonly string[] | undefined
  /** How the rows of a `for` are measured in turns; absent, and where it says nothing, they are measured one after another. */
  rows?: ((title: string, options: readonly UntypedOptions[]) => Rows | undefined) | undefined
  /** Does what the test is for, and throws when it fails. */
  run: (context: TestContext, declared: Declared) => Promise<void>
}

/** A test function of Vitest that does what `kind` says. Its type is what `kind` takes. */
export function testFunction(kind: TestKind): BenchAgent {
  return publicCollector(maybeVitest === undefined ? outsideVitest(kind) : createCollector(kind), kind)
}

// Vitest's types describe tests that are called once; ours are in `api.ts`, and the two meet only here.
function createCollector(kind: TestKind): Collector {
  const collectOne = function (this: Record<string, unknown>, ...given: Given) {
    collect(kind, this, ...given)
  }
  return requireVitest(kind.name).TestRunner.createTaskCollector(collectOne as never) as unknown as Collector
}

function publicCollector(collector: Collector, kind: TestKind): BenchAgent {
  const call = (name: string, options?: object, check?: Callback) => collector(name, options, check)
  const wrapped = (get: () => Collector) => ({ get: () => publicCollector(get(), kind), enumerable: true })
  Object.defineProperties(call, {
    skip: wrapped(() => collector.skip),
    only: wrapped(() => collector.only),
    todo: wrapped(() => collector.todo),
    fails: wrapped(() => collector.fails),
    concurrent: wrapped(() => collector.concurrent),
    skipIf: { value: (condition: unknown) => publicCollector(collector.skipIf(condition), kind) },
    runIf: { value: (condition: unknown) => publicCollector(collector.runIf(condition), kind) },
    extend: { value: (fixtures: object) => publicCollector(collector.extend(fixtures), kind) },
    for: { value: (rows: readonly unknown[]) => forRows(collector, rows, (row) => [row], kind.rows) },
    each: {
      value: (rows: readonly unknown[]) =>
        forRows(collector, rows, rows.every(Array.isArray) ? (row) => row as unknown[] : (row) => [row]),
    },
  })
  return call as unknown as BenchAgent
}

// Vitest formats the titles, so that they read as its own; options and check are ours, row by row.
function forRows(
  collector: Collector,
  rows: readonly unknown[],
  spread: (row: unknown) => unknown[],
  inTurns?: TestKind['rows'],
) {
  return (name: string, optionsOfRow: (...row: unknown[]) => UntypedOptions, check?: Callback) => {
    const options = rows.map((row) => optionsOfRow(...spread(row)))
    const made: CollectedRows = { next: 0, options, check, site: callSite(), inTurns: inTurns?.(name, options) }
    collector.for(rows)(name, { [rowsKey]: made }, () => undefined)
  }
}

const inheritedNames = ['timeout', 'retry', 'repeats', 'concurrent', 'fails'] as const
const runnerNames = [
  'timeout',
  'retry',
  'repeats',
  'tags',
  'meta',
  'fails',
  'skip',
  'only',
  'todo',
  'concurrent',
] as const

type Given = [name: string | { name: string }, given?: Collected, check?: Callback]

function collect(kind: TestKind, own: Record<string, unknown>, ...[name, given, givenCheck]: Given): void {
  const rows = given?.[rowsKey]
  const all = rows === undefined ? given : rows.options[rows.next++]
  const check = rows === undefined ? givenCheck : rows.check
  const site = kind.site ?? rows?.site ?? callSite()
  const title = typeof name === 'string' ? name : name.name
  const suite = requireVitest(kind.name).TestRunner.getCurrentSuite()
  const { runner, scenario } = splitOptions(all, kind)
  // Vitest 4 does not hand the options of a suite down to tests of collectors that are not its own.
  const inherited = Object.fromEntries(
    inheritedNames.flatMap((key) => (suite.options?.[key] === undefined ? [] : [[key, suite.options[key]]])),
  )
  const mistake = own.todo ? undefined : kind.mistakeIn(title, scenario)
  const inTurns = rows?.inTurns
  const id = scenario.id ?? (rows === undefined ? title : withoutQuotes(title))
  const declared = { name: title, id, options: scenario, check, site, mistake, rows: inTurns }
  const { turns, fillsTo = 1 } = workerSettings() ?? {}
  const executions = scenario.baseline === false ? 1 : fillsTo
  const concurrent = inTurns !== undefined || (runner.concurrent ?? own.concurrent ?? inherited.concurrent)
  const task = suite.task(title, {
    ...inherited,
    ...own,
    ...runner,
    concurrent,
    // Who takes turns waits for the other as long as it takes; runs and hooks have limits of their own. A time is that of one
    // execution, and a test that fills its baseline makes several; a row in turns waits for all the others.
    timeout:
      turns === undefined
        ? waitable(
            executions *
              (timeoutOf(
                inTurns === undefined ? [runner] : (rows?.options ?? []).map((one) => splitOptions(one, kind).runner),
              ) ?? (own.todo || concurrent || mistake !== undefined ? 0 : kind.timeoutMs(title, scenario))),
          )
        : 0,
    meta: { ...runner.meta, benchAgent: { id: declared.id, records: [] } },
    ...(own.todo ? {} : { handler: asking([scenario.setup, check], (context) => kind.run(context, declared)) }),
  } as never)
  inTurns?.add(task)
}

/** The time that all of `given` take together; absent when one of them does not say. */
function timeoutOf(given: readonly Pick<RunnerOptions, 'timeout'>[]): number | undefined {
  return given.reduce<number | undefined>(
    (sum, { timeout }) => (sum === undefined || timeout === undefined ? undefined : sum + timeout),
    0,
  )
}

// Vitest hands it to a timer, which fires at once where it is longer than a timer can wait; 0 is no limit.
function waitable(ms: number): number {
  return ms > longestTimerMs ? 0 : ms
}

function splitOptions(
  all: UntypedOptions | undefined,
  { ownNames = [] }: TestKind,
): { runner: RunnerOptions; scenario: UntypedOptions } {
  const names = new Set<string>(runnerNames.filter((name) => !ownNames.includes(name)))
  const entries = Object.entries(all ?? {})
  return {
    runner: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    // The validation that follows says what is missing.
    scenario: Object.fromEntries(entries.filter(([name]) => !names.has(name))) as unknown as UntypedOptions,
  }
}

/** `body`, for which Vitest sets up the fixtures that `callbacks` ask for: it reads their names from a function's text. */
function asking(callbacks: (Callback | undefined)[], body: (context: TestContext) => Promise<void>): typeof body {
  const names = new Set(callbacks.flatMap((callback) => (callback === undefined ? [] : destructuredNames(callback))))
  Object.defineProperty(body, 'toString', { value: () => `({ ${[...names].join(', ')} }) => {}` })
  return body
}
