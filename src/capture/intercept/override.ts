/** Has `target` have `method` in place of the one of its class, or of its own. */
export function override(target: object, name: string, method: (...given: unknown[]) => unknown): void {
  // Not enumerable, as what it stands for: some copy a request's or a stream's own properties.
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true, enumerable: false })
}
