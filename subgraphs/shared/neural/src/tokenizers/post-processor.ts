/** `post_processor` of a tokenizer.json: what a text of its own is put between. */
import { z } from 'zod';
import { tokenizerProblem } from './tokenizer-problem.ts';

const piece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string() }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']) }) }),
]);
const template = z.object({ type: z.literal('TemplateProcessing'), single: z.array(piece) });
const byteLevel = z.object({ type: z.literal('ByteLevel') });
const step = z.discriminatedUnion('type', [template, byteLevel]);
const sequence = z.object({ type: z.literal('Sequence'), processors: z.array(step) });
/** `ByteLevel` only moves offsets, which nobody here reads. */
export const postProcessorJson = z.union([sequence, step]).nullish();

export interface Frame {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The texts of the special tokens before and after a single text. */
export function frameOf(json: z.infer<typeof postProcessorJson>): Frame {
  const steps = json == null ? [] : json.type === 'Sequence' ? json.processors : [json];
  const templates = steps.filter((item) => item.type === 'TemplateProcessing');
  if (templates.length > 1) tokenizerProblem('post_processor: more than one template is not supported');
  const pieces = templates[0]?.single ?? [{ Sequence: { id: 'A' as const } }];
  const text = pieces.findIndex((item) => 'Sequence' in item);
  const names = (items: typeof pieces): readonly string[] =>
    items.map((item) =>
      'SpecialToken' in item
        ? item.SpecialToken.id
        : tokenizerProblem('post_processor: a template with two texts is not supported'),
    );
  if (text < 0) tokenizerProblem('post_processor: a template without a text is not supported');
  return { before: names(pieces.slice(0, text)), after: names(pieces.slice(text + 1)) };
}

export function toPostProcessorJson(frame: Frame, idOf: (token: string) => number | undefined): unknown {
  const used = [...new Set([...frame.before, ...frame.after])];
  if (used.length === 0) return null;
  const special = (id: string): unknown => ({ SpecialToken: { id, type_id: 0 } });
  const single = [
    ...frame.before.map(special),
    { Sequence: { id: 'A', type_id: 0 } },
    ...frame.after.map(special),
  ];
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, ...frame.after.map(special)],
    special_tokens: Object.fromEntries(
      used.map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
    ),
  };
}
