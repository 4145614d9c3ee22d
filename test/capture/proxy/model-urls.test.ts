import { describe, expect, test } from 'vitest'
import { type ModelUrl, modelUrls, proxiedVariables, targetOf } from '../../../src/capture/proxy/model-urls.ts'

const address = 'http://127.0.0.1:4010/r/key'

function urlOf(name: string, environment: Record<string, string> = {}): ModelUrl {
  const found = modelUrls(environment).find((one) => one.name === name)
  if (found === undefined) throw new Error(`expected ${name} to have an address`)
  return found
}

describe('modelUrls', () => {
  test('is what clients take where nothing is set', () => {
    expect(Object.fromEntries(modelUrls({}).map(({ name, target }) => [name, target]))).toEqual({
      openai: 'https://api.openai.com/v1',
      anthropic: 'https://api.anthropic.com',
      google: 'https://generativelanguage.googleapis.com',
      cohere: 'https://api.cohere.com',
      groq: 'https://api.groq.com',
      together: 'https://api.together.xyz/v1',
      ollama: 'http://127.0.0.1:11434',
    })
  })

  test('is what the environment says, by whichever variable', () => {
    expect(urlOf('openai', { OPENAI_API_BASE: 'http://gateway/v1/' }).target).toBe('http://gateway/v1')
    expect(urlOf('azure', { AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com' }).target).toBe(
      'https://x.openai.azure.com',
    )
    expect(urlOf('ollama', { OLLAMA_HOST: '10.0.0.1:11434' }).target).toBe('http://10.0.0.1:11434')
  })

  test('takes variables of the user', () => {
    const urls = modelUrls({ MY_LLM: 'https://set' }, { MY_LLM: 'https://llm', OTHER_LLM: 'https://other' })
    expect(urls.slice(0, 2)).toMatchObject([{ target: 'https://set' }, { target: 'https://other' }])
    expect(proxiedVariables(urls, address, {})).toMatchObject({
      MY_LLM: `${address}/own0`,
      OTHER_LLM: `${address}/own1`,
    })
  })

  test('leaves a variable that the user means otherwise to the user', () => {
    const urls = modelUrls({}, { OPENAI_API_BASE: 'https://llm' })
    expect(proxiedVariables(urls, address, {})).toMatchObject({
      OPENAI_API_BASE: `${address}/own0`,
      OPENAI_BASE_URL: `${address}/openai`,
    })
  })
})

describe('targetOf', () => {
  test.for([
    ['anthropic', '/v1/messages', 'https://api.anthropic.com/v1/messages'],
    ['anthropic', '/messages', 'https://api.anthropic.com/v1/messages'],
    ['groq', '/chat/completions', 'https://api.groq.com/openai/v1/chat/completions'],
    ['groq', '/openai/v1/chat/completions', 'https://api.groq.com/openai/v1/chat/completions'],
    ['openai', '/chat/completions?a=b', 'https://api.openai.com/v1/chat/completions?a=b'],
  ])('sends %s %s to %s', ([name = '', path = '', target]) => {
    expect(targetOf(urlOf(name), path)).toBe(target)
  })

  test('takes an address that is set as it stands', () => {
    expect(targetOf(urlOf('anthropic', { ANTHROPIC_BASE_URL: 'http://own' }), '/messages')).toBe('http://own/messages')
  })
})

describe('proxiedVariables', () => {
  test('keeps the way to this machine free of proxies', () => {
    const own = 'localhost,127.0.0.1,::1'
    expect(proxiedVariables([], address, {})).toEqual({ NO_PROXY: own, no_proxy: own })
    expect(proxiedVariables([], address, { no_proxy: '.corp' })).toEqual({
      NO_PROXY: `.corp,${own}`,
      no_proxy: `.corp,${own}`,
    })
  })
})
