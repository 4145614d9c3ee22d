/** Origin and path of a request as the provider gets them: what goes to a proxy names the whole URL as its path. */
export function targetOf(origin: string, path: string): { origin: string; path: string } {
  if (path.startsWith('/') || !URL.canParse(path)) return { origin, path }
  const target = new URL(path)
  return { origin: target.origin, path: target.pathname + target.search }
}
