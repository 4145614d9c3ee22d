// Measures an agent with the options given as JSON, and tells whether the profiler was loaded for that.
import { setTimeout } from 'node:timers/promises'
import { measure } from '../../src/run/measure.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as { profile?: { slowerThanMs: number } }
const { profiles } = await measure({ runs: 2, warmup: 0, ...options }, () => setTimeout(20))
const loaded = (process as unknown as { moduleLoadList: string[] }).moduleLoadList
console.log(JSON.stringify({ profiles: profiles?.length ?? 0, loaded: loaded.includes('NativeModule inspector') }))
