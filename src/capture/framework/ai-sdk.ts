import { tracingChannel } from 'node:diagnostics_channel'
import { bindScope, type CallSink, sinkWithin } from '../attribution.ts'
import { propertyOf } from '../fields.ts'
import { guarded } from '../guard.ts'
import type { OpenSpan } from '../open-span.ts'
import { endSpan, startSpan } from '../trace.ts'
import { messageOf } from './failure-message.ts'

/**
 * Notes the steps, the tools and the calls of AI SDK 7 and later, these where they have a `functionId` or are made by a tool, as spans
 * of the run that they belong to, until the returned function is called. What they do runs in the scope of their span.
 */
export function observeAiSdk(): () => void {
  const { start, asyncEnd } = tracingChannel<CallSink | undefined, object>('ai:telemetry')
  const open = new WeakMap<object, OpenSpan>()
  const end = guarded((message) => {
    const span = typeof message === 'object' && message !== null ? open.get(message) : undefined
    endSpan(span, failureOf(message))
  })
  const unbind = bindScope(start, (message, sink) => {
    const span = spanOf(message, sink)
    if (span === undefined) return sink
    open.set(message, span)
    return sinkWithin(sink, span)
  })
  asyncEnd.subscribe(end)
  return () => {
    unbind()
    asyncEnd.unsubscribe(end)
  }
}

function spanOf(message: object, sink: CallSink): OpenSpan | undefined {
  const event = propertyOf(message, 'event')
  switch (propertyOf(message, 'type')) {
    case 'generateText':
    case 'streamText': {
      // One that a tool asks is an agent of its own, whether or not it has a name.
      const name = propertyOf(event, 'functionId') ?? (sink.within?.kind === 'tool' ? sink.within.name : undefined)
      return typeof name === 'string' ? startSpan('agent', name, sink) : undefined
    }
    case 'step':
      return startSpan('step', `step ${Number(propertyOf(event, 'stepNumber')) + 1}`, sink)
    case 'executeTool':
      return startSpan('tool', String(propertyOf(propertyOf(event, 'toolCall'), 'toolName')), sink)
    default:
      return undefined
  }
}

function failureOf(message: unknown): string | undefined {
  const error = propertyOf(message, 'error')
  if (error !== undefined) return messageOf(error)
  // A tool that throws does not fail the operation: its error is what the model is told.
  const output = propertyOf(propertyOf(message, 'result'), 'output')
  return propertyOf(output, 'type') === 'tool-error' ? messageOf(propertyOf(output, 'error')) : undefined
}
