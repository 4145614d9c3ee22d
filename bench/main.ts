import { parseArgs } from 'node:util'
import { captureCpuFigures } from './capture-cpu.ts'
import { captureHotPath } from './capture-hot-path.ts'
import { driverFigures } from './driver.ts'
import { type Figure, humanTable, isOk, jsonLine } from './figure.ts'
import { startFigure } from './start.ts'

// usage: node bench/main.ts [--json]

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

const { json } = parseArgs({ options: { json: { type: 'boolean', default: false } } }).values
const figures: Figure[] = []
for (const measure of [driverFigures, captureFigures, captureCpuFigures, async () => [startFigure()]]) {
  const measured = await measure()
  figures.push(...measured)
  if (json) for (const figure of measured) console.log(jsonLine(figure))
}
if (!json) console.log(humanTable(figures))
if (!figures.every(isOk)) process.exitCode = 1
