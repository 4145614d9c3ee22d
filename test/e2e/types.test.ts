import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openProject } from './run-project.ts'
import { supportedVersions } from './vitest-versions.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe.each(supportedVersions)('beside Vitest %s', (version) => {
  test('what users write compiles, and what they misspell does not', () => {
    const { folder } = openProject('modifiers', version)
    const written = readdirSync(join(root, 'test/types'))
    for (const file of written) {
      const source = readFileSync(join(root, 'test/types', file), 'utf8')
      writeFileSync(
        join(folder, file),
        source
          .replaceAll('../../src/index.ts', 'bench-agent')
          .replaceAll('../../src/matchers.ts', 'bench-agent/matchers'),
      )
    }
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'dom'],
      skipLibCheck: true,
      types: [],
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: [...written, 'vitest.config.ts'] }),
    )
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder],
      { encoding: 'utf8' },
    )
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })
})
