import { tracingChannel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import {
  attribute,
  attributeWithin,
  bindScope,
  type CallSink,
  claimCall,
  currentOwner,
  currentSink,
  locateWith,
  type Place,
} from '../../../src/capture/attribution.ts'
import { captureFaults } from '../../../src/capture/guard.ts'
import type { OpenSpan } from '../../../src/capture/open-span.ts'
import { endSpan, startSpan } from '../../../src/capture/trace.ts'
import { outsideRuns } from '../outside.ts'
import { only } from '../watch.ts'

const operations = tracingChannel<CallSink | undefined, object>('bench-agent:test').start

test('what runs in a span that a framework tells of is inside of it', () => {
  const run: CallSink = { calls: [] }
  const tool = spanOf(run)
  located({ sink: run, span: tool }, () => {
    expect(
      attribute(run, () => [currentSink()?.within, claimCall(currentSink())?.within, startSpan('step', 'x')?.within]),
    ).toEqual([tool, tool, tool])
    expect(attribute(run, currentOwner)).toBe(run)
  })
  expect(attribute(run, currentSink)).toBe(run)
})

test("a phase inside of a framework's span is further inside, one around it is not", () => {
  const run: CallSink = { calls: [] }
  const around = spanOf(run)
  const tool = spanOf(run, around)
  const inside = spanOf(run, tool)
  located({ sink: run, span: tool }, () => {
    expect(attributeWithin(run, inside, currentSink)?.within).toBe(inside)
    expect(attributeWithin(run, tool, currentSink)?.within).toBe(tool)
    expect(attributeWithin(run, around, currentSink)?.within).toBe(tool)
    expect(attributeWithin(run, inside, currentOwner)).toBe(run)
  })
})

test("another run, a judge and nobody are not in a run's span", () => {
  const run: CallSink = { calls: [] }
  const judge: CallSink = { calls: [] }
  located({ sink: run, span: spanOf(run) }, () => {
    expect(attribute(judge, currentSink)).toBe(judge)
    expect(outsideRuns(currentSink)).toBeUndefined()
    expect(outsideRuns(currentOwner)).toBeUndefined()
  })
})

test('what comes after the end of a span is in the one around it', () => {
  const run: CallSink = { calls: [] }
  const around = spanOf(run)
  const tool = spanOf(run, around)
  endSpan(tool)
  located({ sink: run, span: tool }, () => expect(attribute(run, currentSink)?.within).toBe(around))
  endSpan(around)
  located({ sink: run, span: tool }, () => expect(attribute(run, currentSink)).toBe(run))
})

test('a mistake of ours in finding the place is counted and nothing else', () => {
  const run: CallSink = { calls: [] }
  const faults = captureFaults().count
  const fail = () => {
    throw new Error('a bug')
  }
  const stops = [locateWith(fail), bindScope(operations, fail)]
  expect(attribute(run, currentSink)).toBe(run)
  expect(attribute(run, () => operations.runStores({}, currentSink))).toBe(run)
  expect(captureFaults().count).toBe(faults + 4)
  for (const stop of stops) stop()
})

test('outside of any run the operations of a channel are left alone', () => {
  const entered: object[] = []
  const operation = {}
  const run: CallSink = { calls: [] }
  const stop = bindScope(operations, (message, sink) => {
    entered.push(message)
    return sink
  })
  operations.runStores({}, () => expect(currentSink()).toBeUndefined())
  attribute(run, () => operations.runStores(operation, () => expect(currentSink()).toBe(run)))
  stop()
  attribute(run, () => operations.runStores({}, () => expect(currentSink()).toBe(run)))
  expect(only(entered)).toBe(operation)
})

function spanOf(run: CallSink, within?: OpenSpan): OpenSpan {
  const span = startSpan('tool', 'look', run)
  if (span === undefined) throw new Error('expected a span')
  span.within = within
  return span
}

function located(place: Place, work: () => void): void {
  const stop = locateWith(() => place)
  try {
    work()
  } finally {
    stop()
  }
}
