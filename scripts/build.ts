// Declarations by tsc, code by bundling: unbundled, loading zod and a hundred small files takes longer than a short test.
// The old build stays in its place until the new one is whole.
import { spawnSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const next = join(root, `dist.${process.pid}.tmp`)
const source = (file: string) => join(root, 'src', file)

const tsc = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', next], {
  stdio: 'inherit',
})
if (status !== 0) {
  rmSync(next, { recursive: true, force: true })
  process.exit(status ?? 1)
}

// A bundle for each process: shared between them, both would be cut into more files, and load parts of the other.
const processes = [
  {
    index: source('index.ts'),
    matchers: source('matchers.ts'),
    // Beside the code that starts them, which looks for them there.
    'watchdog-thread': source('measure/watchdog-thread.ts'),
    'calibration-thread': source('measure/calibration-thread.ts'),
  },
  { plugin: source('plugin.ts'), reporter: source('reporter.ts') },
  { cli: source('cli.ts') },
]
for (const input of processes) {
  const bundle = await rolldown({
    input,
    external: [
      /^node:/,
      /^vitest(\/|$)/,
      'commander',
      'csv-parse/sync',
      'picocolors',
      'tinybench',
      '@pydantic/genai-prices',
      /^gpt-tokenizer(\/|$)/,
    ],
    platform: 'node',
  })
  await bundle.write({ dir: next, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
  await bundle.close()
}

rmSync(dist, { recursive: true, force: true })
renameSync(next, dist)
