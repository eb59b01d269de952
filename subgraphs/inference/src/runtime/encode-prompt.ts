/** A prompt as the tokens of a model, within what that model can hold. */
import { NeuralError } from '@fathom/neural/errors';
import { fitConversation } from '../domain/conversation.ts';
import { refuseContext, truncatedRoom } from '../domain/limits.ts';
import type { Refusal } from '../domain/refusal.ts';
import { encodeConversation, type ServedModel } from './served-model.ts';
import type { Wish } from './wish.ts';

export type EncodedPrompt =
  | { readonly kind: 'encoded'; readonly promptTokens: readonly number[]; readonly truncatedTokens: number }
  | Refusal;

/** Shortened only where that is allowed; refused where it is too long, or the model's template refuses it. */
export function encodePrompt({ text, contextLength }: ServedModel, wish: Wish): EncodedPrompt {
  const { toComplete, promptField } = wish;
  try {
    const whole =
      toComplete.kind === 'raw'
        ? text.tokenizer.encode(toComplete.text)
        : encodeConversation(text, toComplete.messages).flatMap(({ tokens }) => tokens);
    const refusal = refuseContext(promptField, whole.length, contextLength);
    if (!refusal) return { kind: 'encoded', promptTokens: whole, truncatedTokens: 0 };
    const roomTokens = truncatedRoom(contextLength, wish.maxTokens);
    if (!wish.mayTruncate) return refusal;
    const promptTokens =
      toComplete.kind === 'raw'
        ? whole.slice(-roomTokens)
        : fitConversation({
            messages: toComplete.messages,
            encode: (messages) => encodeConversation(text, messages),
            roomTokens,
          });
    if (!promptTokens) return refusal;
    return { kind: 'encoded', promptTokens, truncatedTokens: whole.length - promptTokens.length };
  } catch (error) {
    if (!(error instanceof NeuralError) || error.code !== 'PROMPT_INVALID') throw error;
    return {
      kind: 'invalid',
      field: promptField,
      message: `The model's template refuses this. ${error.message}`,
    };
  }
}
