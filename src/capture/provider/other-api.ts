// What stands last: measures, ranks, sorts or cuts text, or looks after models, and generates none.
const lastSegment =
  /(?:^|[/:])(?:moderations|re-?rank|tokenize|detokenize|count[_-]?tokens|compute_?tokens|input_tokens|classify|score|pooling|embed\w*|\w*embeddings|cancel|ingestion|traces|logs|metrics|batchGenerateContent)$/i

// What stands anywhere: pictures, sound and things that are kept.
const segment =
  /\/(?:images|videos|audio|files|uploads|batches|fine_tuning|vector_stores|evals|realtime|containers|cachedContents)(?:\/|$)|\/api\/(?:create|show|pull|push|copy|delete)$/

/**
 * Whether `path` (no query) is known to be one of a provider's APIs, or of what watches model calls, that generates
 * nothing, though its body may name a model and bear an input.
 */
export function isOtherApi(path: string): boolean {
  return lastSegment.test(path) || segment.test(path)
}
