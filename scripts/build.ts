// Declarations by tsc, code by one bundling pass: unbundled, loading zod and a hundred small files takes longer than a short test.
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

const bundle = await rolldown({
  input: {
    index: source('index.ts'),
    plugin: source('plugin.ts'),
    reporter: source('reporter.ts'),
    matchers: source('matchers.ts'),
    // Beside the code that starts it, which looks for it there.
    'watchdog-thread': source('measure/watchdog-thread.ts'),
  },
  external: [/^node:/, /^vitest(\/|$)/, 'csv-parse/sync', 'picocolors'],
  platform: 'node',
})
await bundle.write({ dir: next, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
await bundle.close()

rmSync(dist, { recursive: true, force: true })
renameSync(next, dist)
