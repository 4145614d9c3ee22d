import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of its own for the test that asks; gone when the test is over. */
export function ownFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bench-agent-command-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A repository with a first commit of `files` on the branch `main`. */
export interface GitProject {
  folder: string
  git: (...given: string[]) => string
  write: (path: string, text: string) => void
  commit: (message: string) => void
}

/** Makes one. */
export function gitProject(files: Record<string, string>): GitProject {
  const folder = ownFolder()
  const git = (...given: string[]) =>
    execFileSync('git', ['-c', 'user.name=any', '-c', 'user.email=any@example.org', ...given], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const commit = (message: string) => {
    git('add', '.')
    git('commit', '--quiet', '--message', message)
  }
  git('init', '--quiet', '--initial-branch=main')
  for (const [path, text] of Object.entries(files)) write(path, text)
  commit('first')
  return { folder, git, write, commit }
}
