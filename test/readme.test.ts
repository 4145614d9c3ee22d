// Holds README.md, METHODOLOGY.md, ARCHITECTURE.md and CONTRIBUTING.md to the code: their tables, links, commands and code.
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { breakingPointRows, breakingPointTitles } from '../calibrate/breaking-point-table.ts'
import { peerRules } from '../calibrate/peer-rules.ts'
import { type ModelServer, startModelServer } from '../fixtures/model-server/server.ts'
import { matureExecutions, smallestEffectRatio } from '../src/compare/evidence/rule.ts'
import { quantileNames, supportOf } from '../src/domain/distribution.ts'
import { metrics } from '../src/domain/metric.ts'
import { metricNames } from '../src/domain/metric-name.ts'
import { presets } from '../src/domain/presets.ts'
import { outcomes } from '../src/domain/sample.ts'
import { errorClasses } from '../src/domain/span.ts'
import { requireScenarioOptions } from '../src/run/options/options.ts'
import { requireEnvironment } from '../src/vitest/session/environment-variables.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const documents = ['README.md', 'METHODOLOGY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'] as const
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const readme = read('README.md')
const methodology = read('METHODOLOGY.md')
const sources = globSync('src/**/*.ts', { cwd: root })
const source = sources.map(read).join('\n')

interface Block {
  language: string
  /** What stands behind the language: a file name, or nothing. */
  title: string
  text: string
}

function blocksOf(markdown: string): Block[] {
  const found = markdown.matchAll(/^```(\S+) ?(.*)\n([\s\S]*?)^```$/gm)
  return [...found].map(([, language = '', title = '', text = '']) => ({ language, title, text }))
}

/** The lines of the table whose head begins with `head`, without head and rule. */
function rowsOf(markdown: string, head: string): string[][] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(head))
  if (start === -1) throw new Error(`expected a table that begins with "${head}", got none`)
  const rest = lines.slice(start + 2)
  const rows = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  )
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What stands in backticks in the first cell of each row. */
function namesOf(rows: string[][]): string[] {
  return rows.flatMap(([first = '']) => [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

function marked(markdown: string, name: string): string {
  return new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)\\n<!-- /${name} -->`).exec(markdown)?.[1] ?? ''
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function messageThrownBy(work: () => void): string {
  try {
    work()
  } catch (error) {
    return String(error)
  }
  throw new Error('expected a mistake, got none')
}

describe('the tables', () => {
  test('of metrics is the one of the code', () => {
    const rows = metricNames.map((name) => {
      const { unit, better, of, per, meaning } = metrics[name]
      const each = { run: 'run', modelCall: 'model call', scenario: 'scenario' }[per]
      return [`\`${name}\``, unit, better, of, each, meaning]
    })
    const head = ['Metric', 'Unit', 'Better', 'Of the', 'A value for each', 'Definition']
    expect(marked(readme, 'metrics')).toBe(table(head, rows))
  })

  test('of what is seen is the one that the clients’ tests give', () => {
    const seen: Record<string, Record<string, boolean>> = JSON.parse(read('fixtures/golden/captured.json'))
    const columns = ['calls', 'tokens', 'toolCalls', 'ownRun', 'firstToken', 'toolTimes']
    const rows = Object.entries(seen).map(([name, of]) => [
      name,
      ...columns.map((column) => (of[column] ? '✔' : of.ownRun ? '–' : 'unknown¹')),
    ])
    const head = ['Client', 'Calls', 'Tokens', 'Tool calls', 'Of the right run', 'First token', 'Times of tools']
    expect(marked(readme, 'clients')).toBe(table(head, rows))
  })

  test('of clients names only those whose calls a replay reaches', () => {
    const reached: Record<string, Record<string, boolean>> = JSON.parse(read('fixtures/golden/replay.json'))
    const seen = Object.keys(JSON.parse(read('fixtures/golden/captured.json')))
    expect(seen.filter((name) => !Object.keys(reached).includes(name))).toEqual([])
    expect(Object.values(reached).flatMap((kinds) => Object.values(kinds))).not.toContain(false)
  })

  test('of presets is the one of the code', () => {
    const described = rowsOf(readme, '| Preset')
    const rows = Object.entries(presets).map(([name, preset], position) => {
      const options = JSON.stringify(preset)
        .slice(1, -1)
        .replaceAll('"', '')
        .replace(/([:,])/g, '$1 ')
      return [`\`${name}\``, described[position]?.[1] ?? '', `\`${options}\``]
    })
    expect(marked(readme, 'presets')).toBe(table(['Preset', 'For', 'Options'], rows))
  })

  test('of options names all there are, and no other', () => {
    const scenario = messageThrownBy(() => requireScenarioOptions('any', { agent: () => 1, neverAnOption: 1 }))
    const known = /Known here: (.*)\./.exec(scenario)?.[1]?.split(', ') ?? []
    const rows = rowsOf(readme, '| Option | Default')
    expect(namesOf(rows.map((row) => row.slice(0, 1))).sort()).toEqual(known.sort())
    const project =
      /interface PerfProjectOptions \{([\s\S]*?)\n\}/.exec(read('src/vitest/session/perf-project.ts'))?.[1] ?? ''
    const fields = [...project.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name)
    const afterwards = readme.slice(readme.indexOf('## perfProject'))
    expect(namesOf(rowsOf(afterwards, '| Option | Default'))).toEqual(fields)
  })

  test('of environment variables, error codes, outcomes and classes name all there are', () => {
    const known = messageThrownBy(() => requireEnvironment({ BENCH_AGENT_NONE: '' })).match(/BENCH_AGENT_\w+/g)
    const variables = new Set(known?.filter((name) => !['BENCH_AGENT_NONE', 'BENCH_AGENT_OPTIONS'].includes(name)))
    expect(namesOf(rowsOf(readme, '| Environment variable'))).toEqual([...variables])
    const thrown = new Set(source.match(/(?<=Error\(\s*')BENCH_AGENT_[A-Z]+(?=')/g))
    expect(new Set(namesOf(rowsOf(readme, '| Code |')))).toEqual(thrown)
    expect(namesOf(rowsOf(readme, '| Outcome |'))).toEqual([...outcomes])
    expect(namesOf(rowsOf(methodology, '| Outcome |'))).toEqual([...outcomes])
    expect(namesOf(rowsOf(methodology, '| Class |'))).toEqual([...errorClasses])
  })

  test('of percentiles tells how many runs each takes', () => {
    const needed = quantileNames.map((name) => supportOf(name).toLocaleString('en-US'))
    expect(methodology).toContain(`| Runs that a threshold on it takes | ${needed.join(' | ')} |`)
    for (const [position, name] of quantileNames.entries()) expect(readme).toContain(`${needed[position]} for ${name}`)
  })

  test('of young baselines is the one of the rule', () => {
    const [one, two, three, four, mature] = [1, 2, 3, 4, matureExecutions].map(
      (sessions) => `${smallestEffectRatio('workingMs', sessions) * 100}%`,
    )
    const plainly = (document: string) => document.replace(/\s+/g, ' ')
    expect(plainly(readme)).toContain(
      `more than ${one} against one, ${two} against two, ${three} against three and ${four}`,
    )
    expect(plainly(methodology)).toContain(
      `more than ${mature}: ${one} against one session, ${two} against two, ${three} against three, ${four} against four.`,
    )
  })

  const lines = read('fixtures/golden/calibration.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CalibrationLine)

  test('of error rates is what the calibration measured', () => {
    const rows = lines
      .filter(({ bound, peer }) => bound !== null && peer !== true)
      .map(({ name, value, bound, n }) => [
        `\`${name}\``,
        percent(value),
        boundOf(name, bound),
        n.toLocaleString('en-US'),
      ])
    expect(rows.length).toBeGreaterThan(20)
    expect(marked(methodology, 'calibration')).toBe(table(['Rate', 'Measured', 'Bound', 'Trials'], rows))
  })

  test('of other rules is what the calibration measured of them', () => {
    const values = new Map(lines.map(({ name, value }) => [name, value]))
    const rules = ['', ...peerRules.map(({ name }) => `peer.${name}.`)]
    const names = [...values.keys()].flatMap((name) => {
      const [, measured] = /^peer\.mean_10\.(.*\.drift_3)$/.exec(name) ?? []
      return measured === undefined || measured.startsWith('false_alarm_per') ? [] : [measured]
    })
    const rows = names.map((name) => [
      `\`${name}\``,
      ...rules.map((rule) => percent(values.get(rule + name) ?? Number.NaN)),
    ])
    expect(rows.length).toBeGreaterThan(5)
    const heads = ['Rate', 'bench-agent', ...peerRules.map(({ label }) => label)]
    expect(marked(methodology, 'calibration of others')).toBe(table(heads, rows))
  })

  test('of breaking points is what the calibration measured', () => {
    const rows = breakingPointRows(new Map(lines.map(({ name, value }) => [name, value])))
    expect(rows.length).toBeGreaterThan(5)
    expect(marked(methodology, 'breaking points')).toBe(table([...breakingPointTitles], rows))
  })
})

/** A line of `npm run -s calibrate -- --json`. */
interface CalibrationLine {
  name: string
  value: number
  bound: number | [number, number] | null
  n: number
  peer?: boolean
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.02 ? 2 : 1)}%`
}

function boundOf(name: string, bound: CalibrationLine['bound']): string {
  if (Array.isArray(bound)) return `${percent(bound[0])} to ${percent(bound[1])}`
  return `${name.startsWith('found') ? 'at least' : 'at most'} ${percent(bound ?? 0)}`
}

describe('what is referred to', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
  const anchorsOf = (file: string) => {
    const text = read(file).replace(/^```[\s\S]*?^```$/gm, '')
    return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading))
  }

  test.each(documents)('by %s exists: files, and headings in them', (document) => {
    for (const [, target = ''] of read(document).matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith('https://')) continue
      const [file = '', anchor] = target.split('#')
      expect(existsSync(join(root, file)), target).toBe(true)
      if (anchor !== undefined) expect(anchorsOf(file === '' ? document : file), target).toContain(anchor)
    }
  })

  test('in METHODOLOGY.md by the code exists', () => {
    const anchors = new Set([...source.matchAll(/METHODOLOGY\.md#([\w-]+)/g)].map(([, anchor]) => anchor))
    expect(anchors.size).toBeGreaterThan(0)
    expect(anchorsOf('METHODOLOGY.md')).toEqual(expect.arrayContaining([...anchors]))
  })

  test('as a script of npm exists', () => {
    const scripts: unknown = JSON.parse(read('package.json')).scripts
    const named = documents.flatMap((document) => [...read(document).matchAll(/npm (?:run ([\w:]+)|(test)\b)/g)])
    for (const [, script, tested] of named) expect(scripts).toHaveProperty([script ?? tested ?? ''])
  })

  test('as a file of src or test, or a folder, by ARCHITECTURE.md exists', () => {
    const known = new Set([...sources, ...globSync('test/*.ts', { cwd: root })].map((file) => basename(file)))
    const text = read('ARCHITECTURE.md')
    const files = text.match(/[\w.-]+\.ts\b/g) ?? []
    expect(files.filter((file) => !known.has(file))).toEqual([])
    for (const [, folder = ''] of text.matchAll(/^\| `(\w+)\/` \|/gm))
      expect(existsSync(join(root, 'src', folder))).toBe(true)
  })
})

describe('the code of the README', () => {
  // Inside of the project, so that `bench-agent` is found by its name; one for each session, for two may go at once.
  const folder = join(root, '.bench-agent', `readme-${process.pid}`)
  const blocks = blocksOf(readme).filter(({ language }) => language === 'ts')
  const first = blocks.find(({ text }) => text.startsWith('// test/weekday.perf.ts'))?.text ?? ''
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }

  /** The block as a file that stands for itself. */
  function complete(text: string): string {
    const ask = "import { ask, openai } from '../ask.ts'\n"
    if (text.includes('new OpenAI') || text.includes('defineConfig')) return text
    if (text.includes("from 'bench-agent'")) return ask + text
    return `import { benchAgent, breakingPoint, csv, json, jsonl, presets, rampUp, soak, spike, stressAgent, sustained, sweep } from 'bench-agent'\n${ask}${text}`
  }

  let server: ModelServer
  let pacedServer: ModelServer

  beforeAll(async () => {
    if (!existsSync(join(root, 'dist/index.js')))
      throw new Error('Expected bench-agent to be built, got no dist/index.js. Type `npm run build` first.')
    // Slow enough that several at once wait for it, and not for this machine.
    server = await startModelServer({ timing: { ttftMs: 15, tokenGapMs: 1 } })
    pacedServer = await startModelServer({ timing: { ttftMs: 200, tokenGapMs: 10 } })
    const shared = first.slice(0, first.indexOf('benchAgent(\n')).replace(/^.*bench-agent.*$/m, '')
    write(
      'ask.ts',
      shared.replace('const openai', 'export const openai').replace('async function', 'export async function'),
    )
    for (const [position, { text }] of blocks.entries()) {
      const file = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] ?? `snippets/${position}.perf.ts`
      write(file, complete(text))
    }
    for (const { title, text } of blocksOf(readme).filter(({ language }) => language === 'jsonl'))
      write(`snippets/${title}`, text)
    for (const { title, text } of blocksOf(readme).filter(({ language }) => language === 'python')) write(title, text)
    const compilerOptions = { noUnusedLocals: false }
    write('tsconfig.json', JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['.'] }))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await Promise.all([server.close(), pacedServer.close()])
  })

  function run(command: readonly string[], baseUrl = ''): Promise<{ exitCode: number | null; output: string }> {
    const unwanted = /^(?:VITEST|BENCH_AGENT|CI$|GITHUB|NODE_ENV$|TEST$|FORCE_COLOR$)/
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)))
    const env = { ...inherited, NO_COLOR: '1', OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'any' }
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
      child.on('error', reject)
      child.on('close', (exitCode) => resolve({ exitCode, output }))
    })
  }
  const vitest = (baseUrl: string, ...given: string[]) =>
    run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...given], baseUrl)

  test('has the types that it should', { timeout: 60_000 }, async () => {
    const { exitCode, output } = await run([join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])
    expect(output).toBe('')
    expect(exitCode).toBe(0)
  })

  test('prints what is shown: a first run that passes, and one that got dearer and fails', {
    timeout: 120_000,
  }, async () => {
    const [passing, failing] = blocksOf(readme).filter(({ language }) => language === 'console')
    const before = await vitest(pacedServer.baseUrl, '--project', 'perf', 'weekday')
    expectShown(before.output, passing?.text ?? '')
    expect(before.exitCode).toBe(0)

    const instructions = 'Answer in one short sentence.'
    const grown = `${instructions} Be polite, and say how sure you are.`
    expect(readme.replace(/\s+/g, ' ')).toContain(`"${grown}"`)
    write('test/weekday.perf.ts', first.replace(instructions, grown))
    // Time is compared with the history, and how fast this machine is today is no matter here.
    rmSync(join(folder, '.bench-agent'), { recursive: true })
    const after = await vitest(pacedServer.baseUrl, '--project', 'perf', 'weekday')
    expectShown(after.output, failing?.text ?? '')
    expect(after.exitCode).toBe(1)
  })

  test('passes when it is run', { timeout: 120_000 }, async () => {
    const projects = ['--project', 'perf', '--project', 'unit', '--reporter=default', '--reporter=bench-agent/reporter']
    const { output, exitCode } = await vitest(server.baseUrl, 'snippets', 'assistant', ...projects)
    const files = globSync(['snippets/*.perf.ts', 'test/assistant.test.ts'], { cwd: folder }).length
    expect(output).toContain(`Test Files  ${files} passed (${files})`)
    expect(output).toContain('weekday on gpt-5-mini')
    expect(exitCode).toBe(0)
  })

  test('in scripts runs without a test runner', { timeout: 60_000 }, async () => {
    for (const file of ['ask.ts', 'scripts/measure.ts', 'scripts/observe.ts']) {
      const text = stripTypeScriptTypes(readFileSync(join(folder, file), 'utf8')).replace('ask.ts', 'ask.mjs')
      write(file.replace('.ts', '.mjs'), text)
    }
    expect((await run([join(folder, 'scripts/measure.mjs')], server.baseUrl)).output).toMatch(/^pass \d+/m)
    expect((await run([join(folder, 'scripts/observe.mjs')], server.baseUrl)).output).toMatch(/Friday.* 1 \d+/)
  })
})

/** That each paragraph of `shown` stands in `output`, but for times, sizes and the machine. */
function expectShown(output: string, shown: string): void {
  const whole = plain(output)
  for (const paragraph of shown.trim().split(/\n\s*\n/)) expect(whole).toContain(plain(paragraph))
}

function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/slower\? .*? (?=dearer\?)/g, 'slower? … ')
    .replace(/(models · |yet \()(.*?), node \d+/g, '$1…')
    .replace(/[\d.,]+ (?:µs|ms|s)\b/g, '…')
    .replace(/[\d.,]+ [KM]?i?B\b/g, '…')
    .replace(/[\d.]+ times/g, '… times')
    .replace(/working time \+[\d.]+%, /g, '')
    .replace(/[▁-█]+/g, '…')
    .replace(/▲(?= +weekday +\d)/g, '✔')
    .replace(/re-run .*?(?=(?:accept|report) )/g, '')
    .trim()
}
