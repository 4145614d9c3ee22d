// Declarations by tsc, code by one bundling pass: unbundled, loading zod and a hundred small files takes longer than a short test.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const source = (file: string) => join(root, 'src', file)

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
})

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
await bundle.write({ dir: dist, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' })
await bundle.close()
