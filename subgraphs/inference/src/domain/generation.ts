/**
 * A generation: an answer or completion as a durable thing, and the events that make it.
 *
 * The events of its stream are the truth, the record is what they add up to (`applyEvent`). The same function builds
 * the record that a subscriber sees beside an event, the record that a restarted service continues from, and the row
 * that is stored at the end. So these can never disagree.
 *
 *   QUEUED --routed or first token--> RUNNING --completed--> COMPLETED | CANCELLED
 *                                         \--failed--> FAILED
 */
import type {
  AnsweringService,
  FinishReason,
  GenerationStatus,
  RoutingReason,
} from '../__generated__/resolvers.ts';
import type { ChatMessage } from './conversation.ts';

export type { AnsweringService, FinishReason, GenerationStatus, RoutingReason };

export interface TokenRecord {
  readonly tokenId: number;
  readonly text: string;
  /** Natural logarithm. */
  readonly logProbability: number;
}

export interface UsageRecord {
  readonly promptTokens: number;
  /** Left out of the prompt because it was longer than the context. */
  readonly truncatedPromptTokens?: number | undefined;
  /** Of the prompt, not computed because its beginning was in the cache. */
  readonly cachedPromptTokens?: number | undefined;
  readonly completionTokens: number;
  readonly timeToFirstTokenMs?: number | undefined;
  readonly totalMs?: number | undefined;
  readonly tokensPerSecond?: number | undefined;
  readonly deviceMs: number;
}

export interface EvidenceRecord {
  readonly knowledgeId: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

/** How a score came out, and what it was held against. */
export interface ScoreRecord {
  readonly score?: number | undefined;
  readonly bound?: number | undefined;
  readonly calibrationVersion?: string | undefined;
}

export interface RoutedEvent extends ScoreRecord {
  readonly type: 'routed';
  readonly service: AnsweringService;
  readonly reason: RoutingReason;
  readonly explanation: string;
  readonly draft?: string | undefined;
  readonly evidence?: readonly EvidenceRecord[] | undefined;
  readonly modelVersionId?: string | undefined;
  readonly deviceId?: string | undefined;
}

/** What is stored in a generation's stream. */
export type GenerationEvent =
  | { readonly type: 'started' }
  | RoutedEvent
  | {
      readonly type: 'token';
      readonly text: string;
      readonly tokenId?: number | undefined;
      readonly logProbability?: number | undefined;
      /** Milliseconds since the generation was accepted. */
      readonly atMs: number;
    }
  | { readonly type: 'retracted'; readonly text: string }
  | {
      readonly type: 'completed';
      readonly finishReason: FinishReason;
      readonly usage: UsageRecord;
      readonly completedAt: string;
      /** The held-back draft of an ask that was cancelled before it was routed. */
      readonly draft?: string | undefined;
    }
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly usage: UsageRecord;
      readonly completedAt: string;
    };

export interface GenerationRecord extends ScoreRecord {
  readonly id: string;
  readonly tenant: string;
  readonly kind: 'ASK' | 'GENERATE';
  readonly status: GenerationStatus;
  readonly prompt: string;
  /** The conversation, where one was given. */
  readonly messages: readonly ChatMessage[];
  readonly text: string;
  readonly service?: AnsweringService | undefined;
  readonly reason?: RoutingReason | undefined;
  readonly explanation?: string | undefined;
  readonly draft?: string | undefined;
  readonly evidence: readonly EvidenceRecord[];
  /** The version that wrote the text or the draft; absent before one did. */
  readonly modelVersionId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly tokens: readonly TokenRecord[];
  readonly finishReason?: FinishReason | undefined;
  readonly usage: UsageRecord;
  readonly seed?: number | undefined;
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
  readonly traceId: string;
  readonly createdAt: Date;
  readonly completedAt?: Date | undefined;
}

export function isEnded({ status }: Pick<GenerationRecord, 'status'>): boolean {
  return status === 'COMPLETED' || status === 'CANCELLED' || status === 'FAILED';
}

/** The record after one more event. */
export function applyEvent(record: GenerationRecord, event: GenerationEvent): GenerationRecord {
  switch (event.type) {
    case 'started':
      return record;
    case 'routed':
      return {
        ...record,
        // A `generate` is routed while it waits for a device, an `ask` when it has its answer.
        status: event.reason === 'REQUESTED' ? record.status : 'RUNNING',
        service: event.service,
        reason: event.reason,
        explanation: event.explanation,
        score: event.score,
        bound: event.bound,
        calibrationVersion: event.calibrationVersion,
        draft: event.draft ?? record.draft,
        evidence: event.evidence ?? [],
        modelVersionId: event.modelVersionId,
        deviceId: event.deviceId,
      };
    case 'token':
      return applyToken(record, event);
    case 'retracted':
      return { ...record, text: '', tokens: [], draft: event.text };
    case 'completed':
      return {
        ...record,
        status: event.finishReason === 'CANCELLED' ? 'CANCELLED' : 'COMPLETED',
        finishReason: event.finishReason,
        usage: event.usage,
        draft: event.draft ?? record.draft,
        completedAt: new Date(event.completedAt),
      };
    case 'failed':
      return {
        ...record,
        status: 'FAILED',
        finishReason: 'ERROR',
        failure: { code: event.code, message: event.message },
        usage: event.usage,
        completedAt: new Date(event.completedAt),
      };
  }
}

type TokenEvent = Extract<GenerationEvent, { type: 'token' }>;

function applyToken(record: GenerationRecord, event: TokenEvent): GenerationRecord {
  const isDecoded = event.tokenId !== undefined && event.logProbability !== undefined;
  const token = isDecoded
    ? [{ tokenId: event.tokenId, text: event.text, logProbability: event.logProbability }]
    : [];
  const tokens = isDecoded ? [...record.tokens, ...token] : withTail(record.tokens, event.text);
  const timeToFirstTokenMs = record.usage.timeToFirstTokenMs ?? event.atMs;
  return {
    ...record,
    status: 'RUNNING',
    text: record.text + event.text,
    tokens,
    usage: { ...record.usage, completionTokens: tokens.length, timeToFirstTokenMs },
  };
}

/** Text that was withheld until the end belongs to the last token that was decoded. */
function withTail(tokens: readonly TokenRecord[], text: string): readonly TokenRecord[] {
  const last = tokens.at(-1);
  return last ? [...tokens.slice(0, -1), { ...last, text: last.text + text }] : tokens;
}
