import { expect, test } from 'vitest'
import { withoutQuotes } from '../../src/domain/identity.ts'

test.each([
  ["on 'a b' in 'French'", 'on a b in French'],
  ["the agent's 'own' words", "the agent's own words"],
  ["on 'it\\'s'", "on it's"],
  ['plain', 'plain'],
  ["agents' and users' words", "agents' and users' words"],
])('%s goes by %s', (title, id) => {
  expect(withoutQuotes(title)).toBe(id)
})
