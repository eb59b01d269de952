/**
 * Which version a conversation is answered by, where an alias has its traffic split.
 *
 * Invariant: the choice is a function of alias, tenant and the conversation's beginning alone. So a conversation stays on its
 * version, a retry gets it again, every process chooses alike, and a larger share keeps the conversations of a smaller one.
 */
import { uniformAt } from './random.ts';

export interface TrafficShare {
  readonly versionId: string;
  /** Above 0, at most 100. */
  readonly percent: number;
}

export interface TrafficSplit {
  readonly modelName: string;
  readonly alias: string;
  readonly canary: TrafficShare | undefined;
  readonly shadow: TrafficShare | undefined;
}

export interface Conversation {
  readonly tenant: string;
  /** What all of its turns have in common: its messages up to the first of the user, or the one prompt. */
  readonly beginning: string;
}

export type ShareKind = 'canary' | 'shadow';

/** Shares of the two kinds are independent of each other. */
export function isWithin(split: TrafficSplit, kind: ShareKind, conversation: Conversation): boolean {
  const share = split[kind];
  if (!share) return false;
  const { tenant, beginning } = conversation;
  const key = JSON.stringify([kind, split.modelName, split.alias, tenant, beginning]);
  return uniformAt(hash(key), 0) * 100 < share.percent;
}

/** FNV-1a of UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

export function beginningOf(
  messages: readonly { readonly role: string; readonly content: string }[],
): string {
  const firstOfUser = messages.findIndex(({ role }) => role === 'USER');
  return JSON.stringify(
    messages
      .slice(0, firstOfUser < 0 ? messages.length : firstOfUser + 1)
      .map(({ role, content }) => [role, content]),
  );
}

/** How a shadow's answer stands to the one that was shown. */
export type ShadowOutcome = 'same' | 'different' | 'failed' | 'dropped';

export function compareAnswers(shown: string, shadow: string): 'same' | 'different' {
  return shown.trim() === shadow.trim() ? 'same' : 'different';
}

/** What is wrong with a share that was asked for, or nothing. */
export function shareProblem(percent: number): string | undefined {
  return percent > 0 && percent <= 100 ? undefined : `${percent} is not above 0 and at most 100.`;
}
