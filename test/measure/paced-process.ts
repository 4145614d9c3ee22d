import { wallClock } from '../../src/domain/clock.ts'
import { precisePace } from '../../src/measure/precise-pace.ts'

// A process that nothing but a wait for an arrival keeps alive.

const pace = await precisePace(wallClock)
const pacer = pace([{ index: 0, dueMs: 150 }].values(), wallClock.nowMs(), () => false)
console.log('given', (await pacer.next())?.index)
pacer.close()
