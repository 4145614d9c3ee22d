// Writes schema/results.json: what .bench-agent/results.json holds, for tools in any language.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { resultsSchemaText } from '../src/report/results-schema.ts'

const folder = fileURLToPath(new URL('../schema', import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/results.json`, resultsSchemaText())
