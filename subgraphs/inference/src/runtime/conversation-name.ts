/**
 * Names a conversation as the balancer knows it, by what decides on canaries too: the tenant and what all of its turns have in
 * common. Hashed, because a balancer remembers a hundred thousand of them and a beginning can be long; under the salt, because
 * the name is that of a text.
 */
import { createHmacSha256 } from '@fathom/platform/hmac';
import type { GenerationRecord } from '../domain/generation.ts';
import { beginningOf } from '../domain/traffic-split.ts';

export type ConversationName = (record: Pick<GenerationRecord, 'tenant' | 'prompt' | 'messages'>) => string;

export function createConversationName(salt: Uint8Array): ConversationName {
  const hmac = createHmacSha256(salt);
  return ({ tenant, prompt, messages }) => {
    const beginning = messages.length > 0 ? beginningOf(messages) : prompt;
    return hmac(JSON.stringify(['conversation', tenant, beginning]));
  };
}
