/**
 * What the service and an engine worker say to each other. Everything is structured-cloneable.
 *
 *   service --load, unload, submit, cancel, read, cancel-read--> worker
 *   service <--ready, loaded, load-failed, step, texts-read, texts-failed, texts-step-- worker
 *
 * A worker owns no truth: every request can be submitted again to another worker with the tokens it already has
 * (`priorTokens`), and goes on with the very tokens it would have had.
 */
import type { ExecutionProvider } from '@fathom/neural/runtime/execution-provider';
import type { RequestedPrecision } from '@fathom/neural/serving/choose-precision';
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { Owner } from '../domain/account.ts';
import type { Priority } from '../domain/fair-queue.ts';
import type { ResponseFormat } from '../domain/response-format.ts';
import type { RankedToken, SamplingSettings } from '../domain/sampling.ts';

/** Of an owner (`domain/account`): requests take turns by it, and what is kept of prompts is shared within it alone. */
export interface EngineRequest extends Owner {
  readonly id: string;
  /** Names the tenant's conversation that it is a turn of, for whoever chooses where it is computed. */
  readonly conversation?: string | undefined;
  /** Among the requests of its tenant; NORMAL without it. */
  readonly priority?: Priority | undefined;
  /** It fails with DEADLINE_EXCEEDED when it has not ended so many milliseconds after it came to the worker. */
  readonly timeoutMs?: number | undefined;
  /** The loaded full model to run on: its version id. */
  readonly lane: string;
  /** The loaded adapter to run with: its version id. */
  readonly adapter?: string | undefined;
  readonly promptTokens: readonly number[];
  /** Tokens of the completion that exist already; decoding continues behind them. */
  readonly priorTokens: readonly number[];
  /** Of the whole completion, prior tokens included. */
  readonly maxTokens: number;
  readonly sampling: SamplingSettings;
  readonly stopStrings: readonly string[];
  /** The form that the completion must have. */
  readonly responseFormat?: ResponseFormat | undefined;
}

/** One decoded token. `index` counts from 0 in the whole completion. */
export interface EngineToken {
  readonly id: string;
  readonly index: number;
  readonly tokenId: number;
  /** Whole characters that may be shown now; may be empty. */
  readonly text: string;
  readonly logProbability: number;
  /** The likeliest tokens for this place, where they were asked for. */
  readonly top?: readonly EngineAlternative[] | undefined;
}

/**
 * Tokens of one completion, one behind the other. Lists of what they have and not a list of tokens, whose names and ids were
 * written and read with each: those of sixteen streams and eight steps took 0.10 ms here and 0.23 in the service, and take a
 * quarter of it.
 */
export interface EngineTokens {
  readonly id: string;
  /** Of the first. */
  readonly index: number;
  readonly tokenIds: readonly number[];
  readonly texts: readonly string[];
  readonly logProbabilities: readonly number[];
  /** Where they were asked for. */
  readonly tops?: readonly (readonly EngineAlternative[])[] | undefined;
}

export interface EngineAlternative extends RankedToken {
  /** What it would have added; a part of a character shows as U+FFFD. */
  readonly text: string;
}

export type EngineFailureCode =
  | 'MODEL_FAULT'
  | 'CONTEXT_EXCEEDED'
  | 'DEADLINE_EXCEEDED'
  | 'RESPONSE_FORMAT_FAILED'
  /** The device lacks the memory for it; another may have it. */
  | 'MEMORY_EXHAUSTED';

export type EngineEnd =
  | {
      readonly id: string;
      readonly kind: 'finished';
      readonly reason: 'STOP' | 'LENGTH' | 'CANCELLED';
      /** Text that was withheld and belongs to the end. */
      readonly tailText: string;
    }
  | {
      readonly id: string;
      readonly kind: 'failed';
      readonly code: EngineFailureCode;
      readonly message: string;
    };

/** Texts that are read whole: for a vector each, or a logit a class. */
export interface TextsRequest {
  readonly id: string;
  /** Texts take turns by it. */
  readonly tenant?: string | undefined;
  /** The loaded version that reads them; the encoder that npm brings without it. */
  readonly lane?: string | undefined;
  readonly texts: readonly string[];
}

export interface ReadText {
  /** Its vector, or a logit a class. */
  readonly values: Float32Array;
  /** Pieces that were read. */
  readonly tokens: number;
  /** True if the text has more pieces than the model reads. */
  readonly isCut: boolean;
}

export interface LoadModel {
  readonly type: 'load';
  readonly versionId: string;
  /** A folder in the Hugging Face layout, or in the PEFT layout for an adapter. */
  readonly folder: string;
  /** For an adapter: the loaded full version that it changes. */
  readonly baseVersionId?: string | undefined;
}

export type ToWorker =
  | LoadModel
  | { readonly type: 'unload'; readonly versionId: string }
  /** Those that came in one go, so that their prompts are computed in one too. */
  | { readonly type: 'submit'; readonly requests: readonly EngineRequest[] }
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'read'; readonly request: TextsRequest }
  | { readonly type: 'cancel-read'; readonly id: string }
  | { readonly type: 'close' };

export interface LoadedModel {
  readonly versionId: string;
  /** The longest prompt and completion together, or what is read of a text. */
  readonly contextLength: number;
  readonly precision: string;
  readonly memoryBytes: number;
  /** What it makes of texts that it reads whole; absent where it generates. */
  readonly reads?: TextReaderFacts | undefined;
}

/** What the steps since the last report gave: see `report-batch.ts`. */
export interface StepReport {
  readonly type: 'step';
  /** Requests that got a slot. */
  readonly admitted: readonly string[];
  /** Prompts whose computing began, with the tokens that were found in the cache. */
  readonly prompts: readonly { readonly id: string; readonly cachedTokens: number }[];
  readonly tokens: readonly EngineTokens[];
  readonly ended: readonly EngineEnd[];
  /** Device milliseconds that each request took. */
  readonly shares: readonly { readonly id: string; readonly deviceMs: number }[];
  /** Milliseconds that the device computed. */
  readonly busyMs: number;
  readonly load: EngineLoad;
}

export interface EngineLoad {
  readonly active: number;
  readonly waiting: number;
  /** Share of the cache's positions that running sequences have reserved, 0 to 1. */
  readonly kvCacheUsage: number;
  /** Positions of all caches that no running sequence has reserved. */
  readonly freeKvTokens: number;
  readonly memoryBytes: number;
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'loaded'; readonly model: LoadedModel }
  | {
      readonly type: 'load-failed';
      readonly versionId: string;
      readonly code: string;
      readonly message: string;
    }
  | StepReport
  | {
      readonly type: 'texts-read';
      readonly id: string;
      readonly texts: readonly ReadText[];
      /** Its share of the runs it was in. */
      readonly deviceMs: number;
    }
  | {
      readonly type: 'texts-failed';
      readonly id: string;
      readonly code: 'MODEL_FAULT' | 'MEMORY_EXHAUSTED';
      readonly message: string;
    }
  | {
      readonly type: 'texts-step';
      readonly busyMs: number;
      /** Of the encoder that npm brings; versions that are loaded count with the others. */
      readonly encoderBytes: number;
    };

/** What a worker is started with. */
export interface WorkerOptions {
  /** What it computes on; the processor without it. */
  readonly provider?: ExecutionProvider | undefined;
  /** What models may take of the memory of a device other than the processor. */
  readonly deviceMemoryBytes?: number | undefined;
  readonly threads: number;
  readonly maxSequences: number;
  readonly prefillTokensPerStep: number;
  readonly precision: RequestedPrecision;
  /** Upper bound for the tokens a slot holds; a model with fewer positions keeps its own. */
  readonly maxContextLength: number;
  /** Slots beside those of running sequences, for prompts that are kept; none without it. */
  readonly prefixSlots?: number | undefined;
  /** Positions of a model's cache, running and kept together; without it as many as `maxSequences` of full length. */
  readonly kvCacheTokens?: number | undefined;
}
