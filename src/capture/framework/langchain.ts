import { createRequire } from 'node:module'
import { join } from 'node:path'
import { currentOwner, locateWith } from '../attribution.ts'
import { propertyOf } from '../fields.ts'
import { chainParts } from './langchain-parts.ts'

/** What LangChain shares between its copies in a process; one or the other is there from when it is loaded. */
const sharedKeys = [Symbol.for('ls:tracing_async_local_storage'), 'lc_block_translators_registry']

interface Callbacks {
  handlers: { name?: unknown }[]
  addHandler(listener: object, inherit: boolean): void
}

interface CallbacksClass {
  new (): Callbacks
  _configureSync(...given: unknown[]): Callbacks | undefined
}

/** Whether LangChain has been loaded in this process; to load it ourselves would slow a project that does not use it. */
export function langchainIsLoaded(): boolean {
  return sharedKeys.some((key) => Reflect.has(globalThis, key))
}

/**
 * Notes the named graphs, the nodes and the tools of LangChain and LangGraph as spans of the run that they belong to, until
 * the returned function is called. Nothing is heard of a copy that an import in `from` does not reach.
 *
 * LangChain's own `registerConfigureHook` holds for one asynchronous context only, and for ever. So the one function is
 * wrapped from which every part of a chain gets its callbacks, as the tracers of OpenInference do.
 *
 * @param from Path of a file or folder of the user's.
 */
export function observeLangchain(from: string): () => void {
  const parts = chainParts()
  const stops = callbackClasses(join(from, 'index.js')).map((callbacks) => listen(callbacks, parts.listener))
  stops.push(locateWith(parts.locate))
  return () => {
    for (const stop of stops) stop()
  }
}

function listen(callbacks: CallbacksClass, listener: { name: string }): () => void {
  let listening = true
  const original = callbacks._configureSync
  const configure = function (this: unknown, ...given: unknown[]): Callbacks | undefined {
    const configured = Reflect.apply(original, this, given)
    if (!listening || currentOwner() === undefined) return configured
    const heard = configured ?? new callbacks()
    if (heard.handlers.every(({ name }) => name !== listener.name)) heard.addHandler(listener, true)
    return heard
  }
  callbacks._configureSync = configure
  return () => {
    listening = false
    // Whoever has wrapped it since then goes on calling ours.
    if (callbacks._configureSync === configure) callbacks._configureSync = original
  }
}

/** The classes that hand out callbacks: of the copy that an import in `file` gives, and of the one that was required there. */
function callbackClasses(file: string): CallbacksClass[] {
  const load = createRequire(file)
  try {
    const path = load.resolve('@langchain/core/callbacks/manager')
    // The ES module lies beside the CommonJS one; to require it gives what an import gives.
    const modules = [load(path.replace(/\.cjs$/, '.js')), load.cache[path]?.exports]
    return modules.map((module) => propertyOf(module, 'CallbackManager')).filter(isCallbacksClass)
  } catch {
    return []
  }
}

function isCallbacksClass(value: unknown): value is CallbacksClass {
  return typeof value === 'function' && typeof propertyOf(value, '_configureSync') === 'function'
}
