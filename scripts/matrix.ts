// Unit, capture and client tests on every Node that is supported, end-to-end tests beside every Vitest. Takes some minutes.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
// The oldest that is supported, and the newest of each line.
const nodes = ['22.16.0', '22', '24', '26']
// Processes that tests start run our sources as they are, which Node reads unasked from 22.18 on. Users get JavaScript.
const typesAreStripped = '--experimental-strip-types --disable-warning=ExperimentalWarning'
const room = mkdtempSync(join(tmpdir(), 'bench-agent-matrix-'))
const outcomes: [string, boolean][] = []

function run(name: string, command: string, given: readonly string[], environment: Record<string, string> = {}): void {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(command, given, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
  outcomes.push([name, status === 0])
}

function install(version: string): string {
  const folder = join(room, `node-${version}`)
  // npm 12 runs the script that puts the binary in its place only where it is allowed to.
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`could not install Node ${version}`)
  return join(folder, 'node_modules', '.bin', 'node')
}

try {
  for (const version of nodes)
    run(
      `unit, capture and client tests on Node ${version}`,
      install(version),
      [vitest, 'run', '--project', 'unit', '--project', 'clients'],
      version === '22.16.0' ? { NODE_OPTIONS: typesAreStripped } : {},
    )
  run('end-to-end tests beside Vitest 4.1.12 and 5.1.1', process.execPath, [vitest, 'run', '--project', 'e2e'], {
    MATRIX: '1',
  })
} finally {
  rmSync(room, { recursive: true, force: true })
}

console.log(`\n${outcomes.map(([name, passed]) => `${passed ? 'passed' : 'FAILED'}  ${name}`).join('\n')}`)
process.exitCode = outcomes.every(([, passed]) => passed) ? 0 : 1
