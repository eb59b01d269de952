/** What comes of texts that are read: see `read-texts.ts`. */
import type { ReadText } from '../engine/protocol.ts';

export interface OverloadRefusal {
  readonly kind: 'overloaded';
  readonly message: string;
  readonly retryAfterMs: number;
}

export interface Read {
  readonly kind: 'read';
  readonly texts: readonly ReadText[];
  readonly totalTokens: number;
  readonly deviceMs: number;
}
