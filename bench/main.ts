import { parseArgs } from 'node:util'
import { captureCpuFigures } from './capture-cpu.ts'
import { captureHotPath } from './capture-hot-path.ts'
import { driverFigures } from './driver.ts'
import { type Figure, humanTable, isOk, jsonLine } from './figure.ts'
import { histogramFigures } from './histogram.ts'
import { leakFigures } from './leak.ts'
import { pacingFigures } from './pacing.ts'
import { profileFigures } from './profile.ts'
import { proxyFigure } from './proxy.ts'
import { replayFigures } from './replay.ts'
import { responseTimeFigure } from './response-time.ts'
import { startFigure } from './start.ts'

// usage: node bench/main.ts [--json] [driver] [capture] [capture-cpu] [histogram] [pacing] [proxy] [replay] [soak] [profile] [response-time] [start]

async function captureFigures(): Promise<Figure[]> {
  const { usPerCall, usPerChunk, usPerOtherRequest } = await captureHotPath()
  return [
    {
      name: 'capture.us_per_call',
      value: usPerCall,
      unit: 'us',
      bound: 5,
      peers: { 'request to anything but a model us': usPerOtherRequest },
      meaning: 'What watching adds to a model call, in microseconds of the thread that runs the agent.',
    },
    {
      name: 'capture.us_per_chunk',
      value: usPerChunk,
      unit: 'us',
      bound: 0.5,
      peers: {},
      meaning: 'What watching adds to each chunk of a streamed answer.',
    },
  ]
}

const parts: Record<string, () => Promise<Figure[]>> = {
  driver: driverFigures,
  capture: captureFigures,
  'capture-cpu': captureCpuFigures,
  histogram: histogramFigures,
  pacing: pacingFigures,
  proxy: async () => [await proxyFigure()],
  replay: replayFigures,
  soak: leakFigures,
  profile: profileFigures,
  'response-time': async () => [await responseTimeFigure()],
  start: async () => [startFigure()],
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => parts[name] === undefined)
if (unknown.length > 0) throw new Error(`Expected parts of ${Object.keys(parts).join(', ')}, got ${unknown.join(', ')}`)

const figures: Figure[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const measured = await measure()
  figures.push(...measured)
  if (values.json) for (const figure of measured) console.log(jsonLine(figure))
}
if (!values.json) console.log(humanTable(figures))
if (!figures.every(isOk)) process.exitCode = 1
