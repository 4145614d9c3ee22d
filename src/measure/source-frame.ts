import { relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import type { CallFrame } from '../domain/profile/cpu-profile.ts'
import type { FrameOrigin } from '../domain/profile/profiled-time.ts'

/**
 * Where functions are written rather than where their compiled code lies, which is what a stack trace of this process would say.
 * Whoever compiles code here, Vitest or another, has taught stack traces its source maps, and tells nobody else of them.
 */
export function sourceFrames(): (frame: CallFrame) => CallFrame {
  const known = new Map<string, CallFrame>()
  return (frame) => {
    const { url, lineNumber, columnNumber } = frame
    if (!url.startsWith('file:') || lineNumber < 0) return frame
    const key = `${url}:${lineNumber}:${columnNumber}`
    const source = known.get(key) ?? sourceOf(frame)
    known.set(key, source)
    return { ...source, functionName: frame.functionName }
  }
}

function sourceOf(frame: CallFrame): CallFrame {
  const limit = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 1
    // An error that seems to come from the function in question.
    const { stack } = runInThisContext('new Error()', {
      filename: fileURLToPath(frame.url),
      lineOffset: frame.lineNumber,
      columnOffset: Math.max(0, frame.columnNumber),
    }) as Error
    const [, file, line, column] = /\n\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?/.exec(stack ?? '') ?? []
    if (file === undefined) return frame
    const url = file.startsWith('file:') ? file : pathToFileURL(file).href
    return { ...frame, url, lineNumber: Number(line) - 1, columnNumber: Number(column) - 1 }
  } catch {
    // What cannot be looked up is told where it was compiled to.
    return frame
  } finally {
    Error.stackTraceLimit = limit
  }
}

// Built or not, our code is all in one folder.
const ownFolder = /^.*\/(?:dist|src)(?=\/)/.exec(import.meta.url)?.[0] ?? import.meta.url

/** Whose a function is, and its place relative to the folder `root`. */
export function originIn(root: string): (frame: CallFrame) => FrameOrigin {
  return ({ url, lineNumber }) => {
    if (url === '') return { owner: 'other' }
    // The profiler's own end is in its profile.
    if (url.startsWith(`${ownFolder}/`) || url === 'node:inspector') return { owner: 'own' }
    if (!url.startsWith('file:')) return { owner: 'other', place: url }
    const path = relative(root, fileURLToPath(url)).split(sep).join('/')
    const owner = path.split('/').includes('node_modules') ? 'other' : 'project'
    return { owner, place: `${path}:${lineNumber + 1}` }
  }
}
