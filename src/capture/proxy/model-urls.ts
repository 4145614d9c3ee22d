/** Where the models of one provider are, as its clients are told by environment variables. */
export interface ModelRoute {
  /** What stands for it in the path of the proxy. */
  name: string
  /** The variables that name the address, the first of them that is set having the last word. */
  variables: readonly string[]
  /** The address where none is set; absent when clients then know none, or one that depends on more than this. */
  origin?: string | undefined
  /** What clients that share the variable disagree about: whether the address ends with it. */
  optionalPath?: string | undefined
}

// Of each client, what its own code reads: the SDKs of the providers for Python and JavaScript, LangChain, LiteLLM, the AI SDK.
const routes: readonly ModelRoute[] = [
  { name: 'openai', variables: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'], origin: 'https://api.openai.com/v1' },
  {
    name: 'anthropic',
    variables: ['ANTHROPIC_BASE_URL', 'ANTHROPIC_API_URL', 'ANTHROPIC_API_BASE'],
    origin: 'https://api.anthropic.com',
    optionalPath: '/v1',
  },
  {
    name: 'google',
    variables: ['GOOGLE_GEMINI_BASE_URL', 'GEMINI_API_BASE'],
    origin: 'https://generativelanguage.googleapis.com',
  },
  { name: 'vertex', variables: ['GOOGLE_VERTEX_BASE_URL'] },
  { name: 'azure', variables: ['AZURE_OPENAI_ENDPOINT'] },
  { name: 'cohere', variables: ['CO_API_URL'], origin: 'https://api.cohere.com' },
  { name: 'groq', variables: ['GROQ_BASE_URL'], origin: 'https://api.groq.com', optionalPath: '/openai/v1' },
  { name: 'together', variables: ['TOGETHER_BASE_URL'], origin: 'https://api.together.xyz/v1' },
  { name: 'ollama', variables: ['OLLAMA_HOST', 'OLLAMA_BASE_URL'], origin: 'http://127.0.0.1:11434' },
]

/** A provider as one process is to reach it. */
export interface ModelUrl {
  name: string
  variables: readonly string[]
  /** Where its requests go in truth, without a slash at the end. */
  target: string
  optionalPath?: string | undefined
}

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>

/**
 * Where the models are that a process with `environment` asks.
 *
 * @param further variables that its own clients read, and the addresses that they stand for
 */
export function modelUrls(environment: Variables, further: Readonly<Record<string, string>> = {}): ModelUrl[] {
  const own = Object.entries(further).map(([variable, target], index) => ({
    name: `own${index}`,
    variables: [variable],
    target: withoutSlash(environment[variable] ?? target),
  }))
  const known = routes.flatMap(({ origin, optionalPath, variables, name }) => {
    const left = variables.filter((variable) => further[variable] === undefined)
    const said = left.map((variable) => environment[variable]).find((value) => value !== undefined && value !== '')
    const target = said === undefined ? origin : withScheme(said)
    if (target === undefined) return []
    // What the user wrote is meant as it stands.
    return [
      {
        name,
        variables: left,
        target: withoutSlash(target),
        optionalPath: said === undefined ? optionalPath : undefined,
      },
    ]
  })
  return [...own, ...known]
}

/** The variables that send the requests of a process to `address`, an URL that ends with no slash. */
export function proxiedVariables(
  urls: readonly ModelUrl[],
  address: string,
  environment: Variables,
): Record<string, string> {
  const proxied = urls.flatMap(({ name, variables }) => variables.map((variable) => [variable, `${address}/${name}`]))
  return { ...Object.fromEntries(proxied), ...unproxiedHere(environment) }
}

/** The variables by which clients that go through a proxy of the network do not go through it to this machine. */
export function unproxiedHere({ NO_PROXY, no_proxy }: Variables): { NO_PROXY: string; no_proxy: string } {
  const hosts = [NO_PROXY ?? no_proxy, 'localhost', '127.0.0.1', '::1'].filter(Boolean).join(',')
  return { NO_PROXY: hosts, no_proxy: hosts }
}

/** Where a request for `path`, which begins with a slash, goes in truth. */
export function targetOf({ target, optionalPath }: ModelUrl, path: string): string {
  if (optionalPath === undefined || path.startsWith(`${optionalPath}/`)) return target + path
  return target + optionalPath + path
}

// Ollama's variable may do without.
function withScheme(said: string): string {
  return /^https?:\/\//.test(said) ? said : `http://${said}`
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
