/** The form that a completion must have: what may be asked for, before anything is compiled. */
import type { ResponseFormatInput } from '../__generated__/schema.ts';
import type { Refusal } from './refusal.ts';

export const responseFormatKinds = ['json-schema', 'regex', 'grammar'] as const;

export interface ResponseFormat {
  readonly kind: (typeof responseFormatKinds)[number];
  /** A JSON schema as JSON, a regular expression, or a grammar in EBNF whose first rule is `root`. */
  readonly source: string;
}

export const maxFormatCharacters = 16_000;

const kindOfField = { jsonSchema: 'json-schema', regex: 'regex', grammar: 'grammar' } as const;
const fields = ['jsonSchema', 'regex', 'grammar'] as const;

/** The path of the input that a format came from. */
export function fieldOf({ kind }: ResponseFormat): string {
  return `input.responseFormat.${fields.find((field) => kindOfField[field] === kind)}`;
}

export type ParsedFormat = { readonly kind: 'format'; readonly format: ResponseFormat | undefined } | Refusal;

export function parseResponseFormat(input: ResponseFormatInput | null | undefined): ParsedFormat {
  if (!input) return { kind: 'format', format: undefined };
  const given = fields.filter((field) => typeof input[field] === 'string');
  const [field] = given;
  if (field === undefined || given.length > 1) {
    const message = `Give exactly one of \`jsonSchema\`, \`regex\` and \`grammar\`; there are ${given.length}.`;
    return { kind: 'invalid', field: 'input.responseFormat', message };
  }
  const source = input[field] ?? '';
  const refuse = (message: string): Refusal => ({
    kind: 'invalid',
    field: `input.responseFormat.${field}`,
    message,
  });
  if (source.trim() === '') return refuse('It is empty.');
  if (source.length > maxFormatCharacters)
    return refuse(`It has ${source.length} characters; at most ${maxFormatCharacters} are allowed.`);
  if (field === 'jsonSchema' && !isSchema(source))
    return refuse('It is not a JSON schema: a JSON object is expected.');
  return { kind: 'format', format: { kind: kindOfField[field], source } };
}

function isSchema(source: string): boolean {
  try {
    const parsed: unknown = JSON.parse(source);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
