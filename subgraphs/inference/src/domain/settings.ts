/** What it takes to compute a generation, and to compute it again after a fault. Stored with its row. */
import type { Priority } from './fair-queue.ts';
import type { ResponseFormat } from './response-format.ts';
import type { SamplingSettings } from './sampling.ts';

export interface GenerationSettings {
  /** The version it started with, and ends on. */
  readonly modelVersionId: string;
  /** The prompt as the model sees it. */
  readonly promptTokens: readonly number[];
  readonly maxTokens: number;
  readonly sampling: SamplingSettings;
  readonly stopStrings: readonly string[];
  /** Whether what the same asked for before may be shown again. */
  readonly useCache: boolean;
  /** Among the requests of its tenant; NORMAL without it. */
  readonly priority?: Priority | undefined;
  /** From acceptance to the end. */
  readonly deadlineMs?: number | undefined;
  /** Completions to draw; one without it. */
  readonly choices?: number | undefined;
  /** The form that the completion must have. */
  readonly responseFormat?: ResponseFormat | undefined;
}
