import { encodeText, type TextModelShell } from '@fathom/neural/models/text-model-folder';

const multiple = 32;

/** Tokens a row so that the longest text fits, at most what the model takes; and how many texts are longer and are cut. */
export function textSequenceLength(
  texts: readonly string[],
  shell: TextModelShell,
): { readonly tokens: number; readonly cut: number } {
  const { maxPositions } = shell.config;
  let [longest, cut] = [1, 0];
  for (const text of texts) {
    const { length } = encodeText(shell, text, { maxTokens: maxPositions + 1 });
    longest = Math.max(longest, length);
    if (length > maxPositions) cut += 1;
  }
  return { tokens: Math.min(Math.ceil(longest / multiple) * multiple, maxPositions), cut };
}
