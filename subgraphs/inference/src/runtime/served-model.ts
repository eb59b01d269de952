/** What the service itself needs of a model that a device holds: its tokenizer, its template and its calibration. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import {
  type ChatTemplate,
  encodePromptParts,
  type PromptPart,
} from '@fathom/neural/tokenizers/chat-template';
import { readChatTemplate, readTokenizer } from '@fathom/neural/tokenizers/read-tokenizer';
import type { Tokenizer } from '@fathom/neural/tokenizers/tokenizer';
import { type Calibration, parseCalibration } from '../domain/answer-confidence.ts';
import type { ChatMessage } from '../domain/conversation.ts';

export interface ServedModel {
  readonly versionId: string;
  /** The loaded full version that computes it. */
  readonly lane: string;
  /** The loaded adapter it runs with; absent for a full version. */
  readonly adapter?: string | undefined;
  readonly contextLength: number;
  /** Of its weights, as the first device has them that has loaded it. */
  readonly precision: string;
  readonly text: ModelText;
}

/** A version that reads whole texts: a classifier, or one that makes vectors. */
export interface ServedReader {
  readonly versionId: string;
  readonly reads: TextReaderFacts;
}

export interface ServedModelFiles {
  /** The full version's folder. */
  readonly folder: string;
  /** The adapter's folder; its own calibration goes before its base's. */
  readonly adapterFolder?: string | undefined;
}

export interface ModelText {
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
  /** Absent where the version was never calibrated. */
  readonly calibration: Calibration | undefined;
}

/** Throws what is wrong with the files, by name. */
export async function readModelText({ folder, adapterFolder }: ServedModelFiles): Promise<ModelText> {
  const own = adapterFolder === undefined ? undefined : await readCalibration(adapterFolder);
  return {
    tokenizer: await readTokenizer(folder),
    chatTemplate: await readChatTemplate(folder),
    calibration: own ?? (await readCalibration(folder)),
  };
}

/** Some 2 ms of words that no text had before. */
const charactersPerTurn = 512;

/** Learns the words of texts a few at a time, so that a long prompt does not hold up whoever else is served. */
export async function learnWords({ tokenizer }: ModelText, texts: readonly string[]): Promise<void> {
  for (const text of texts)
    for (const _ of tokenizer.learn?.(text, charactersPerTurn) ?? []) await nextTurn();
}

const roleNames = { SYSTEM: 'system', USER: 'user', ASSISTANT: 'assistant' } as const;

/** A conversation as the model's own template has it. Throws PROMPT_INVALID where the template refuses it. */
export function encodeConversation(
  { tokenizer, chatTemplate }: ModelText,
  messages: readonly ChatMessage[],
): readonly PromptPart[] {
  return encodePromptParts({
    tokenizer,
    chatTemplate,
    messages: messages.map(({ role, content }) => ({ role: roleNames[role], content })),
  });
}

async function readCalibration(folder: string): Promise<Calibration | undefined> {
  const file = join(folder, 'calibration.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return parseCalibration(JSON.parse(text));
  } catch (cause) {
    throw new Error(
      `calibration.json is not valid: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
