import { type Mistake, quoteValue } from '../../domain/errors.ts'

/**
 * What zod, Valibot, ArkType and others have in common.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** `value` as `schema` makes it, or everything that is wrong with it. */
export async function checkWith<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
): Promise<{ value: Output } | { mistakes: Mistake[] }> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return { value: result.value }
  return {
    mistakes: result.issues.map(({ message, path }) => ({
      path: (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
      expected: `what the schema asks for (${message})`,
      got: quoteValue(value),
    })),
  }
}
