/** Counts up whenever the work changes: what took other work has another time. */
export const workload = 1

const words = 'the quick brown fox jumps over the lazy dog and asks a model what weekday it is'.split(' ')

/** A conversation as text, about as long as those that agents send. */
const conversation = JSON.stringify(
  Array.from({ length: 40 }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: Array.from({ length: 20 + (turn % 5) * 10 }, (_, word) => words[(turn + word * 7) % words.length]).join(
      ' ',
    ),
    tool: { name: 'search', arguments: { query: `question ${turn}`, limit: turn } },
  })),
)

interface Message {
  content: string
}

/**
 * A fixed piece of what agents compute beside their model calls: parses a conversation, counts and ranks its words, makes it text
 * again and hashes that (FNV-1a). The same number every time, so that no compiler can leave it out.
 */
export function calibrationWork(): number {
  const messages: Message[] = JSON.parse(conversation)
  const counts = new Map<string, number>()
  for (const { content } of messages)
    for (const word of content.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
  const ranked = [...counts].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1))
  const text = JSON.stringify({ ranked, messages })
  let hash = 0x811c9dc5
  for (let position = 0; position < text.length; position++)
    hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193)
  return hash >>> 0
}
