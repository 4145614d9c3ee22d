import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { type VitestVersion, vitestVersions } from './vitest-versions.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folders in which the packed package is installed beside one version of Vitest each. */
    labs: { [V in VitestVersion]?: string }
  }
}

/** Installs what `npm pack` makes into an empty project beside each Vitest of the session. */
export default function setup(project: TestProject): () => void {
  const room = mkdtempSync(join(tmpdir(), 'bench-agent-lab-'))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const npm = (folder: string, ...given: string[]) => execFileSync('npm', given, { cwd: folder, encoding: 'utf8' })
  const [packed] = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', room)) as {
    filename: string
  }[]
  const labs: { [V in VitestVersion]?: string } = {}
  for (const version of vitestVersions()) {
    const lab = mkdtempSync(join(room, `vitest-${version}-`))
    writeFileSync(join(lab, 'package.json'), JSON.stringify({ name: 'lab', private: true, type: 'module' }))
    npm(
      lab,
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      `vitest@${version}`,
      'vite@8',
      'openai@7',
      'keyv@5',
      '@keyv/redis@5',
      join(room, packed?.filename ?? ''),
    )
    labs[version] = lab
  }
  project.provide('labs', labs)
  return () => rmSync(room, { recursive: true, force: true })
}
