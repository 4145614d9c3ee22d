import { Command, CommanderError } from 'commander'
import { BenchAgentError, fullMessageOf } from '../domain/errors.ts'
import { version } from '../measure/version.ts'
import type { AbOptions } from './ab.ts'
import type { ExitCode, Surroundings } from './surroundings.ts'

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Runs what `given` asks for, and resolves to the exit code. Each command is loaded when it is asked for. */
export async function runCommandLine(given: readonly string[]): Promise<number> {
  const interruption = new AbortController()
  let interrupted: number | undefined
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      // Who asks twice does not want to wait for the cleaning up.
      if (interrupted !== undefined) process.exit(code)
      interrupted = code
      process.stderr.write('\nbench-agent: stopping both sides and cleaning up…\n')
      interruption.abort()
    })
  }
  let exitCode: number = 2
  const program = programFor(
    () => surroundings(interruption.signal),
    (code) => {
      exitCode = code
    },
  )
  try {
    await program.parseAsync([...given], { from: 'user' })
  } catch (error) {
    if (interrupted !== undefined) return interrupted
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`${error instanceof BenchAgentError ? describeMistake(error) : describeFault(error)}\n`)
    return 2
  }
  return interrupted ?? exitCode
}

function programFor(around: () => Promise<Surroundings>, exit: (code: ExitCode) => void): Command {
  const program = new Command('bench-agent')
    .description('Performance tests for AI agents: compares two versions of an agent.')
    .version(version)
    .showHelpAfterError('(bench-agent --help says what there is)')
    .exitOverride()
  program
    .command('compare')
    .description('holds the results of a session against those of others')
    .argument('[results...]', 'results files or folders of them: the baseline first, the candidate last')
    .option('--json', 'print one JSON document', false)
    .allowUnknownOption()
    .addHelpText('after', exitCodes)
    .action(async (paths: string[], options: { json: boolean }) => {
      const { compare } = await import('./compare.ts')
      exit(await compare(paths, options, await around()))
    })
  program
    .command('ab')
    .description('measures the working tree in turns with one of its commits')
    .argument('[files...]', 'parts of the names of test files, as Vitest takes them')
    .option('--base <ref>', 'commit, branch or tag to compare with')
    .option('--project <name>', 'test project to run, "perf" unless said; may be repeated', addTo)
    .option('-t, --testNamePattern <pattern>', 'run only the tests whose name matches')
    .option('--install <command>', 'how the base is installed; else its lockfile tells')
    .option('--json', 'print one JSON document', false)
    .allowUnknownOption()
    .addHelpText('after', exitCodes)
    .action(async (files: string[], { project = ['perf'], ...options }: Asked) => {
      const { ab } = await import('./ab.ts')
      exit(await ab(files, { ...options, project }, await around()))
    })
  return program
}

type Asked = Omit<AbOptions, 'project'> & { project?: string[] }

function addTo(name: string, before: readonly string[] = []): string[] {
  return [...before, name]
}

const exitCodes = `
Exit codes: 0 nothing got worse, 1 something did, 2 that cannot be told from what was given`

function describeMistake({ message, code }: BenchAgentError): string {
  return message.includes(code) ? message : `${message} (${code})`
}

// What is no mistake of the user's is one of ours, and its stack is what we need to know.
function describeFault(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : fullMessageOf(error)
}

async function surroundings(signal: AbortSignal): Promise<Surroundings> {
  const { default: colors } = await import('picocolors')
  const { stdout, stderr } = process
  const interactive = stderr.isTTY === true
  let outdated = ''
  const say = (text: string) => {
    stderr.write(`${outdated}${text}\n`)
    outdated = ''
  }
  return {
    cwd: process.cwd(),
    variables: process.env,
    print: (text) => {
      if (outdated !== '') stderr.write(outdated)
      outdated = ''
      stdout.write(`${text}\n`)
    },
    say,
    show: interactive
      ? (text) => {
          stderr.write(`\r\u001b[2K${text.slice(0, (stderr.columns || 80) - 1)}`)
          outdated = '\r\u001b[2K'
        }
      : say,
    columns: stdout.columns || 120,
    colors: colors.isColorSupported && stdout.isTTY === true,
    interactive,
    signal,
  }
}
