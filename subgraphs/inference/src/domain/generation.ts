/**
 * A generation: an answer or completion as a durable thing, and the events that make it.
 *
 * The events of its stream are the truth, the record is what they add up to (`applyEvents`). The same function builds
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
} from '../__generated__/schema.ts';
import type { ChatMessage } from './conversation.ts';

export type { AnsweringService, FinishReason, GenerationStatus, RoutingReason };

export interface TokenAlternative {
  readonly tokenId: number;
  readonly text: string;
  /** Natural logarithm. */
  readonly logProbability: number;
}

export interface TokenRecord extends TokenAlternative {
  /** The likeliest tokens for its place, where they were asked for. */
  readonly top?: readonly TokenAlternative[] | undefined;
}

/** One of several completions of the same prompt. */
export interface ChoiceRecord {
  readonly text: string;
  readonly tokens: readonly TokenRecord[];
  readonly finishReason?: FinishReason | undefined;
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
      readonly top?: readonly TokenAlternative[] | undefined;
      /** Which of several completions it belongs to; the first without it. */
      readonly choice?: number | undefined;
      /** Milliseconds since the generation was accepted. */
      readonly atMs: number;
    }
  /** One of several completions is whole. */
  | { readonly type: 'choice-completed'; readonly choice: number; readonly finishReason: FinishReason }
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
  /** The completions behind the first one, where several were asked for. */
  readonly otherChoices: readonly ChoiceRecord[];
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
    case 'choice-completed':
      return event.choice === 0
        ? { ...record, finishReason: event.finishReason }
        : withChoice(record, event.choice, (choice) => ({ ...choice, finishReason: event.finishReason }));
    case 'retracted':
      return { ...record, text: '', tokens: [], otherChoices: [], draft: event.text };
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

/** The record after these events. Tokens in a row are one copy of those before them, and not one each. */
export function applyEvents(record: GenerationRecord, events: readonly GenerationEvent[]): GenerationRecord {
  let state = record;
  for (let at = 0; at < events.length; ) {
    const row = state.otherChoices.length === 0 ? decodedInRow(events, at) : [];
    state = row.length > 0 ? applyTokens(state, row) : applyEvent(state, events[at] as GenerationEvent);
    at += Math.max(1, row.length);
  }
  return state;
}

type TokenEvent = Extract<GenerationEvent, { type: 'token' }>;
type DecodedEvent = TokenEvent & { readonly tokenId: number; readonly logProbability: number };

/** The tokens of the first completion that come from here on, one behind another. */
function decodedInRow(events: readonly GenerationEvent[], from: number): readonly DecodedEvent[] {
  const row: DecodedEvent[] = [];
  for (let at = from; at < events.length; at++) {
    const event = events[at];
    if (event?.type !== 'token' || (event.choice ?? 0) !== 0 || !isDecoded(event)) break;
    row.push(event);
  }
  return row;
}

function isDecoded(event: TokenEvent): event is DecodedEvent {
  return event.tokenId !== undefined && event.logProbability !== undefined;
}

/** Of the only completion. */
function applyTokens(record: GenerationRecord, row: readonly DecodedEvent[]): GenerationRecord {
  const tokens = [...record.tokens, ...row.map(tokenOf)];
  const usage = {
    ...record.usage,
    completionTokens: tokens.length,
    timeToFirstTokenMs: record.usage.timeToFirstTokenMs ?? row[0]?.atMs,
  };
  const text = row.reduce((before, event) => before + event.text, record.text);
  return { ...record, text, tokens, status: 'RUNNING', usage };
}

function tokenOf({ tokenId, text, logProbability, top }: DecodedEvent): TokenRecord {
  return { tokenId, text, logProbability, top };
}

function applyToken(record: GenerationRecord, event: TokenEvent): GenerationRecord {
  const { choice = 0 } = event;
  const timeToFirstTokenMs = record.usage.timeToFirstTokenMs ?? event.atMs;
  const extended =
    choice === 0
      ? { ...record, ...withToken(record, event) }
      : withChoice(record, choice, (other) => ({ ...other, ...withToken(other, event) }));
  const completionTokens = countTokens(extended);
  return { ...extended, status: 'RUNNING', usage: { ...record.usage, completionTokens, timeToFirstTokenMs } };
}

/** Tokens of all completions. */
export function countTokens({
  tokens,
  otherChoices,
}: Pick<GenerationRecord, 'tokens' | 'otherChoices'>): number {
  return otherChoices.reduce((sum, choice) => sum + choice.tokens.length, tokens.length);
}

const emptyChoice: ChoiceRecord = { text: '', tokens: [] };

/** One of the completions, as far as it has come. */
export function choiceOf(record: GenerationRecord, choice: number): ChoiceRecord {
  return choice === 0 ? record : (record.otherChoices[choice - 1] ?? emptyChoice);
}

function withChoice(
  record: GenerationRecord,
  choice: number,
  change: (choice: ChoiceRecord) => ChoiceRecord,
): GenerationRecord {
  const otherChoices = Array.from(
    { length: Math.max(choice, record.otherChoices.length) },
    (_, index) => record.otherChoices[index] ?? emptyChoice,
  );
  otherChoices[choice - 1] = change(choiceOf(record, choice));
  return { ...record, otherChoices };
}

function withToken(
  { text, tokens }: Pick<ChoiceRecord, 'text' | 'tokens'>,
  event: TokenEvent,
): Pick<ChoiceRecord, 'text' | 'tokens'> {
  return {
    text: text + event.text,
    tokens: isDecoded(event) ? [...tokens, tokenOf(event)] : withTail(tokens, event.text),
  };
}

/** Text that was withheld until the end belongs to the last token that was decoded. */
function withTail(tokens: readonly TokenRecord[], text: string): readonly TokenRecord[] {
  const last = tokens.at(-1);
  return last ? [...tokens.slice(0, -1), { ...last, text: last.text + text }] : tokens;
}
