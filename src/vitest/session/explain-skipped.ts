import { globSync } from 'node:fs'
import type { Vitest } from 'vitest/node'

interface Skipped {
  name: string
  include: string[]
  root: string
}

const explained = new WeakMap<Vitest, Skipped[]>()

/** Has Vitest say, when it finds no file for what was typed, that performance tests run only when their project is asked for. */
export function explainSkipped(vitest: Vitest, skipped: Skipped): void {
  const known = explained.get(vitest)
  if (known !== undefined) {
    known.push(skipped)
    return
  }
  const projects = [skipped]
  explained.set(vitest, projects)
  const { logger } = vitest
  const print = logger.printNoTestFound.bind(logger)
  logger.printNoTestFound = (filters) => {
    print(filters)
    for (const line of explanation(projects, filters ?? [])) logger.error(line)
  }
}

/** What to type instead, for the performance tests among what was asked for; empty when there are none. */
function explanation(projects: readonly Skipped[], filters: readonly string[]): string[] {
  return projects.flatMap(({ name, include, root }) => {
    const files = include.flatMap((pattern) =>
      globSync(pattern, { cwd: root, exclude: (path) => path.includes('node_modules') }),
    )
    const found = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    if (found.length === 0) return []
    const what = found.length === 1 ? `${found[0]} is a performance test` : `${found.length} performance tests match`
    return [
      `${what}, and performance tests run only when their project is asked for. Type:`,
      `  npx vitest --project ${name} ${filters.join(' ')}`.trimEnd(),
    ]
  })
}
