/**
 * Names a conversation as the balancer knows it, by what decides on canaries too: the tenant and what all of its turns have in
 * common. Hashed, because a balancer remembers a hundred thousand of them and a beginning can be long.
 */
import { createHash } from 'node:crypto';
import type { GenerationRecord } from '../domain/generation.ts';
import { beginningOf } from '../domain/traffic-split.ts';

export function conversationName({
  tenant,
  prompt,
  messages,
}: Pick<GenerationRecord, 'tenant' | 'prompt' | 'messages'>): string {
  const beginning = messages.length > 0 ? beginningOf(messages) : prompt;
  return createHash('sha256')
    .update(JSON.stringify([tenant, beginning]))
    .digest('base64url');
}
