import { relative, sep } from 'node:path'

/** The folder `root` inside of the repository that a GitHub job checked out; empty when it is the whole of it. */
export function repositoryFolder({ GITHUB_WORKSPACE }: NodeJS.ProcessEnv, root: string): string {
  const folder = GITHUB_WORKSPACE === undefined ? '' : relative(GITHUB_WORKSPACE, root).split(sep).join('/')
  return folder.startsWith('..') ? '' : folder
}
