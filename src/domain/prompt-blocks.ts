/** A prompt without its text: how long its blocks are, and by which hashes they are known again. */
export interface PromptBlocks {
  /** Characters of all blocks, marks of JSON included. */
  characters: number
  /** Hashes of the blocks, in their order; where two prompts say the same, their blocks begin and end at the same places. */
  hashes: Uint32Array
  /** Characters of each block. */
  lengths: Uint32Array
  /** What the blocks belong to, each with the position of its first: `tools`, `system`, `user`, … */
  parts: { name: string; firstBlock: number }[]
  /** Results of tools, by the name of the tool. */
  toolResults: { name: string; count: number; characters: number }[]
}
