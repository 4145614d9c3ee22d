import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { openProject, type Project } from './run-project.ts'
import { projectVersions, supportedVersions, type VitestVersion } from './vitest-versions.ts'

/** What a command came to. */
interface Answer {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** A fixture project whose first commit is on the branch `main`. */
interface Committed {
  project: Project
  folder: string
  git: (...given: string[]) => string
  /** Runs `bench-agent` in it. */
  benchAgent: (...given: string[]) => Promise<Answer>
  start: (
    given: readonly string[],
    environment?: Record<string, string>,
  ) => { child: ChildProcess; ended: Promise<Answer> }
  /** Who worked when: `base refund a`, one line for each run. */
  log: () => string[]
}

/** Commits a copy of the project `ab`; `below` is its folder inside of the repository. */
function commit(version: VitestVersion, below = ''): Committed {
  const project = openProject('ab', version)
  const root = project.folder
  const lab = dirname(root)
  const folder = join(root, below)
  if (below !== '') {
    mkdirSync(folder, { recursive: true })
    for (const name of readdirSync(root).filter((one) => !below.startsWith(one) && one !== '.gitignore'))
      cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(lab, 'node_modules'), join(root, 'node_modules'))
  const git = (...given: string[]) => execFileSync('git', given, { cwd: root, encoding: 'utf8' })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('-c', 'user.name=any', '-c', 'user.email=any@example.org', 'commit', '--quiet', '--message=first')
  const logFile = `${root}.log`
  const start: Committed['start'] = (given, environment) => {
    const unwanted = /^(VITEST.*|NODE_ENV|TEST|CI|GITHUB_.*)$/
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)))
    const child = spawn(process.execPath, [join(lab, 'node_modules/.bin/bench-agent'), ...given], {
      cwd: folder,
      env: { ...inherited, NO_COLOR: '1', AB_LOG: logFile, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const answer: Answer = { exitCode: null, stdout: '', stderr: '' }
    child.stdout.on('data', (text) => (answer.stdout += String(text)))
    child.stderr.on('data', (text) => (answer.stderr += String(text)))
    const ended = new Promise<Answer>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (exitCode) => resolve({ ...answer, exitCode }))
    })
    return { child, ended }
  }
  const lines = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n') : [])
  return {
    project,
    folder,
    git,
    benchAgent: (...given) => start(given).ended,
    start,
    log: () => lines().map((line) => line.replace(/ \d+ /, ' ')),
  }
}

/** The working tree does everything twice, and is slower and dearer for it. */
function double({ folder }: Committed): void {
  const path = join(folder, 'level.ts')
  writeFileSync(path, readFileSync(path, 'utf8').replace('level = 1', 'level = 2'))
}

/** What `ab` leaves is what was there before it. */
function expectUntouched({ git, folder }: Committed): void {
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1)
  expect(git('status', '--short').trim()).toBe(`M ${folder.endsWith('app') ? 'packages/app/' : ''}level.ts`)
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('bench-agent-ab-'))).toEqual([])
  expect(existsSync(join(folder, '.bench-agent'))).toBe(false)
}

describe.each(projectVersions())('beside Vitest %s, bench-agent ab', (version) => {
  let slowed: Committed
  let answer: Answer
  let firstLog: string[]

  beforeAll(async () => {
    slowed = commit(version)
    double(slowed)
    answer = await slowed.benchAgent('ab', '--base', 'main', '--json', 'first')
    firstLog = slowed.log()
  })

  test('finds that the working tree got slower and dearer, without any history', () => {
    const told = JSON.parse(answer.stdout)
    expect(told).toMatchObject({
      status: 'fail',
      base: { reference: 'main' },
      candidate: { uncommitted: 1, changedFiles: ['level.ts'] },
      missing: [],
      added: [],
      broken: [],
    })
    const scenarios: { identity: { name: string }; findings: { metric: string; status: string }[] }[] = told.scenarios
    expect(scenarios.map(({ identity }) => identity.name)).toEqual(['cases', 'single'])
    for (const { findings } of scenarios) {
      const worse = findings.filter(({ status }) => status === 'worse').map(({ metric }) => metric)
      expect(worse).toEqual(expect.arrayContaining(['workingMs', 'totalTokens', 'steps']))
    }
    expect(answer.exitCode).toBe(1)
  })

  test('confirms in a second pass what looks worse in the first', () => {
    const { scenarios, notes }: { scenarios: { passes: number }[]; notes: string[] } = JSON.parse(answer.stdout)
    expect(scenarios.map(({ passes }) => passes)).toEqual([2, 2])
    expect(notes).toEqual([])
    expect(answer.stderr).toContain('confirming 2 of 2 scenarios')
  })

  test('lets the sides work by turns A B B A, a run of the same case each, and never both at once', () => {
    const begun = firstLog.filter((line) => / cases .* begins$/.test(line)).map((line) => line.split(' '))
    // A warm-up and 15 runs, a side and a pass.
    expect(begun).toHaveLength(64)
    for (const pass of [begun.slice(0, 32), begun.slice(32)]) {
      const sides = pass.map(([side]) => side)
      const cases = pass.map(([, , name]) => name)
      for (let turn = 0; turn < 32; turn += 2) {
        expect(sides[turn]).not.toBe(sides[turn + 1])
        expect(cases[turn]).toBe(cases[turn + 1])
      }
      for (let turn = 3; turn < 31; turn += 2) expect(sides[turn]).toBe(sides[turn + 1])
    }
    for (const [position, line] of firstLog.entries())
      if (line.endsWith('begins')) expect(firstLog[position + 1]).toBe(line.replace('begins', 'ends'))
  })

  test('leaves the files of the user as they were, and no checkout behind', () => expectUntouched(slowed))

  test('tells people how it goes and what to do', async () => {
    const { stdout, stderr, exitCode } = await slowed.benchAgent('ab', '--base', 'main', '-t', 'single', 'first')
    expect(stderr).toContain('shares node_modules with the candidate')
    expect(stderr).toMatch(/single: base [\d.]+ ms, candidate [\d.]+ ms a turn, measured in/)
    expect(stderr).toContain('confirming 1 of 1 scenario\n')
    expect(stdout).toMatch(/^slower\? YES .*single/)
    expect(stdout.replaceAll('\n', ' ')).toContain('1 scenario measured twice')
    expect(stdout).toMatch(/✖ +single +/)
    expect(stdout).toContain('npx vitest run --project perf first.perf.ts -u')
    expect(stdout).not.toContain('cases')
    expect(exitCode).toBe(1)
  })

  test('passes when what changed does no harm', async () => {
    const same = commit(version)
    writeFileSync(join(same.folder, 'level.ts'), 'export const level = 1 // as before\n')
    const { stdout, exitCode } = await same.benchAgent('ab', '--base', 'HEAD', 'first')
    // A busy machine may have it measured twice, and no more.
    expect(stdout).toMatch(/^slower\? no .*dearer\? no .*worse\? no/)
    expect(exitCode).toBe(0)
  })

  test('goes on when scenarios come, go, change places, die, are tried again or cannot be loaded', async () => {
    const { stdout, exitCode } = await slowed.benchAgent('ab', '--base', 'main', 'second', 'third', 'fourth')
    expect(stdout).toMatch(/✖ +always there/)
    expect(stdout).toMatch(/✖ +a group > over its threshold/)
    expect(stdout).toContain('No longer there: old.')
    expect(stdout).toContain('New, with nothing to compare with: new.')
    expect(stdout).toContain('dies was not judged. In the candidate: Its process ended')
    expect(stdout).toMatch(/after the crash was not compared: .*ended in dies/)
    expect(stdout).toMatch(/one was not compared: it stands before two in one side and after it in the other/)
    expect(stdout).toMatch(/✖ +two/)
    expect(stdout).toMatch(/not loaded was not compared: .*cannot be loaded/)
    expect(stdout.match(/not compared/g)).toHaveLength(3)
    expect(stdout).not.toContain('first pass alone')
    expect(stdout).toMatch(/worse: +not measured any more \(dies and 2 more\)/)
    expect(exitCode).toBe(1)
  })

  test('judges on the first pass what dies in the second', async () => {
    const { stdout, exitCode } = await slowed.benchAgent('ab', '--base', 'main', '--json', 'fifth')
    const { status, scenarios, broken, notes } = JSON.parse(stdout)
    expect({ status, broken, exitCode }).toEqual({ status: 'fail', broken: [], exitCode: 1 })
    expect(scenarios).toMatchObject([{ identity: { name: 'dies later' }, passes: 1 }])
    expect(notes).toEqual([expect.stringMatching(/^dies later was judged on its first pass alone.*In the candidate: /)])
  })

  test('measures what measureAgent measures in a suite that is there', async () => {
    const { stdout, exitCode } = await slowed.benchAgent('ab', '--base', 'main', '--project', 'unit', '--json')
    expect(JSON.parse(stdout).scenarios).toMatchObject([
      { identity: { name: 'one' }, passes: 2 },
      { identity: { name: 'two' }, passes: 2 },
    ])
    expect(exitCode).toBe(1)
    expectUntouched(slowed)
  })

  test('works in a folder below the repository, whose packages lie above, with the keys that git ignores', async () => {
    const inside = commit(version, 'packages/app')
    double(inside)
    writeFileSync(join(inside.folder, '.env'), 'AB_STEP_MS=15\n')
    const { stdout, exitCode } = await inside.benchAgent('ab', '--base', 'main', '--json', 'first', '-t', 'single')
    const [single] = JSON.parse(stdout).scenarios
    const [time] = single.findings.filter(({ metric }: { metric: string }) => metric === 'workingMs')
    expect(time.baseline.location).toBeGreaterThan(14)
    expect(exitCode).toBe(1)
    expectUntouched(inside)
  })

  test('says when the base cannot take turns, before anything ran', async () => {
    const before = slowed.log().length
    const modules = join(dirname(slowed.folder), 'node_modules')
    const install = `node install-changed.mjs "${modules}" BENCH_AGENT_TURNS BENCH_AGENT_LATER`
    const { stderr, stdout, exitCode } = await slowed.benchAgent('ab', '--base', 'main', '--install', install, 'first')
    expect(stderr).toMatch(/Expected the base to take turns, got bench-agent [\d.]+, which knows none/)
    expect({ stdout, exitCode, ran: slowed.log().length - before }).toEqual({ stdout: '', exitCode: 2, ran: 0 })
    expectUntouched(slowed)
  })

  test('says when the sides take turns by another protocol', async () => {
    const modules = join(dirname(slowed.folder), 'node_modules')
    const install = `node install-changed.mjs "${modules}" "protocol: 1," "protocol: 2,"`
    const { stderr, exitCode } = await slowed.benchAgent('ab', '--base', 'main', '--install', install, 'first')
    expect(stderr).toMatch(/got this: bench-agent [\d.]+ of the base takes turns by protocol 2, and this one by 1/)
    expect(exitCode).toBe(2)
    expectUntouched(slowed)
  })

  test('says what Vitest said when a side runs nothing', async () => {
    const { stderr, exitCode } = await slowed.benchAgent('ab', '--base', 'main', '--project', 'none')
    expect(stderr).toMatch(/Expected the (base|candidate) to take turns, got exit code 1 before the first test/)
    expect(stderr).toMatch(/No projects (matched|were found)/)
    expect(exitCode).toBe(2)
    const filtered = await slowed.benchAgent('ab', '--base', 'main', 'no-such-file')
    expect(filtered.stderr).toContain('Expected a scenario that both sides run, got none')
    expect(filtered.exitCode).toBe(2)
  })

  test('stops both sides and cleans up when it is interrupted', async () => {
    const { child, ended } = slowed.start(['ab', '--base', 'main', 'first'], { AB_STEP_MS: '300' })
    const before = slowed.log().length
    while (slowed.log().length < before + 4) await setTimeout(50)
    child.kill('SIGINT')
    const { exitCode, stdout } = await ended
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' })
    const left = slowed.log().length
    await setTimeout(700)
    expect(slowed.log()).toHaveLength(left)
    expectUntouched(slowed)
  })

  test.each([
    [['--base', 'no-such-branch'], 'Expected --base to be a commit, branch or tag of this repository'],
    [['--bose', 'main'], 'got "--bose"'],
    [[], 'Expected --base to be a commit, branch or tag, got none'],
  ])('refuses %j', async (given, message) => {
    const { stderr, exitCode } = await slowed.benchAgent('ab', ...given)
    expect(stderr).toContain(message)
    expect(stderr).toContain('BENCH_AGENT_OPTIONS')
    expect(exitCode).toBe(2)
  })
})

test('bench-agent says what it can do, and what it cannot', async () => {
  const { benchAgent } = commit(supportedVersions[1])
  const help = await benchAgent('--help')
  expect(help.stdout).toMatch(/compare[\s\S]*ab/)
  expect(help.exitCode).toBe(0)
  expect((await benchAgent('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  const unknown = await benchAgent('measure')
  expect(unknown.stderr).toContain("unknown command 'measure'")
  expect(unknown.exitCode).toBe(2)
})

describe.each(projectVersions())('beside Vitest %s, bench-agent compare', (version) => {
  test('judges the results of sessions, those of merged shards too', async () => {
    const sessions = commit(version)
    const { project, folder, benchAgent } = sessions
    const results = join(folder, '.bench-agent', 'results.json')
    for (const name of ['one.json', 'two.json']) {
      await project.vitest(['--project', 'perf', 'first'])
      mkdirSync(join(folder, 'accepted'), { recursive: true })
      cpSync(results, join(folder, 'accepted', name))
    }
    double(sessions)
    await project.vitest(['--project', 'perf', 'first', '--reporter=blob'])
    await project.vitest(['--merge-reports'])
    const { stdout, exitCode } = await benchAgent('compare', 'accepted', results)
    expect(stdout).toMatch(/^slower\? YES/)
    expect(exitCode).toBe(1)
    const same = await benchAgent('compare', 'accepted/one.json', 'accepted/two.json', '--json')
    expect(JSON.parse(same.stdout).status).not.toBe('fail')
    expect(same.exitCode).toBe(0)
    const none = await benchAgent('compare', 'accepted/one.json', 'missing.json')
    expect(none.stderr).toContain('Expected a results file at missing.json, got nothing there')
    expect(none.exitCode).toBe(2)
  })
})
