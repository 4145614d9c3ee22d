// Declarations by tsc, code by bundling: unbundled, loading zod and a hundred small files takes longer than a short test.
// The old build stays in its place until the new one is whole.
import { spawnSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CodeSplittingGroup, rolldown } from 'rolldown'

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

// A bundle for each process: shared between them, both would be cut into more files, and load parts of the other. Each file takes
// its time to be found and read, so that what is loaded at one moment lies in one.
const processes: { input: Record<string, string>; groups: CodeSplittingGroup[] }[] = [
  {
    input: {
      index: source('index.ts'),
      matchers: source('matchers.ts'),
      // Beside the code that starts them, which looks for them there.
      'watchdog-thread': source('measure/watchdog-thread.ts'),
      'calibration-thread': source('measure/calibration-thread.ts'),
      'pacing-thread': source('measure/pacing-thread.ts'),
    },
    groups: [
      // A thread that starts with every scenario loads nothing else.
      { name: 'watchdog-slots', test: /watchdog-slots/, priority: 1 },
      { name: 'shared', tags: ['$initial'], minShareCount: 2 },
    ],
  },
  {
    input: { plugin: source('plugin.ts'), reporter: source('reporter.ts') },
    groups: [
      { name: 'start', tags: ['$initial'], priority: 1 },
      { name: 'end', test: /vitest[\\/]session[\\/](gather|conclude)\.ts$|report[\\/]terminal\.ts$/ },
    ],
  },
  { input: { cli: source('cli.ts') }, groups: [] },
]
for (const { input, groups } of processes) {
  const bundle = await rolldown({
    input,
    external: [
      /^node:/,
      /^vitest(\/|$)/,
      'commander',
      'csv-parse/sync',
      'picocolors',
      'pidusage',
      'tinybench',
      '@pydantic/genai-prices',
      /^gpt-tokenizer(\/|$)/,
      /^@modelcontextprotocol\//,
      'keyv',
      '@keyv/redis',
    ],
    platform: 'node',
  })
  await bundle.write({
    dir: next,
    format: 'esm',
    codeSplitting: { groups },
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  await bundle.close()
}

rmSync(dist, { recursive: true, force: true })
renameSync(next, dist)
