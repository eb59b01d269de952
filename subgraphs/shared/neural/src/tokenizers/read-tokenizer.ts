/** The tokenizer, the chat template and the tokens that end an answer, from a Hugging Face folder of any kind. */
import { join } from 'node:path';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { readFileIfPresent } from '../files.ts';
import { ByteLevelBpe } from './byte-level-bpe.ts';
import { ChatTemplate, stopTokenIds } from './chat-template.ts';
import { SentencePieceBpe } from './sentence-piece-bpe.ts';
import { isSentencePiece } from './sentence-piece-json.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A model that was never taught turns continues the conversation's text. */
const continuationTemplate =
  "{{ bos_token }}{% for message in messages %}{{ message['content'] }}{% if not loop.last %}\n{% endif %}{% endfor %}";

/** Throws `MODEL_INCOMPLETE` for a missing file, `TOKENIZER_INVALID` for one that cannot be used. */
export async function readTokenizer(dir: string): Promise<Tokenizer> {
  return parseTokenizer(await readJson(dir, 'tokenizer.json'));
}

/** A decoder's tokenizer of whichever kind its `tokenizer.json` describes. Throws `TOKENIZER_INVALID` for others. */
export function parseTokenizer(json: unknown): Tokenizer {
  return isSentencePiece(json)
    ? SentencePieceBpe.fromTokenizerJson(json)
    : ByteLevelBpe.fromTokenizerJson(json);
}

const namedTemplates = z.array(z.object({ name: z.string(), template: z.string() }));

/**
 * `chat_template` of tokenizer_config.json, as one template or the one named `default` of several; else the file
 * chat_template.jinja; else the text alone.
 */
export async function readChatTemplate(dir: string): Promise<ChatTemplate> {
  const config = await readJson(dir, 'tokenizer_config.json');
  if (typeof config !== 'object' || config === null) return ChatTemplate.fromTokenizerConfig(config);
  const own = 'chat_template' in config ? config.chat_template : undefined;
  if (typeof own === 'string') return ChatTemplate.fromTokenizerConfig(config);
  const several = namedTemplates.safeParse(own);
  const inConfig = several.data?.find(({ name }) => name === 'default')?.template;
  const inFile = await readFileIfPresent(join(dir, 'chat_template.jinja'));
  const source = inConfig ?? inFile?.toString('utf8') ?? continuationTemplate;
  return ChatTemplate.fromTokenizerConfig({ ...config, chat_template: source });
}

const endings = z.object({
  eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
});

/** The template's own end token, and those that generation_config.json and config.json name. */
export async function readStopTokenIds(
  dir: string,
  model: { readonly tokenizer: Tokenizer; readonly chatTemplate: ChatTemplate },
): Promise<ReadonlySet<number>> {
  const ids = new Set(stopTokenIds(model));
  for (const file of ['generation_config.json', 'config.json'] as const) {
    if ((await readFileIfPresent(join(dir, file))) === undefined) continue;
    const eos = endings.safeParse(await readJson(dir, file)).data?.eos_token_id;
    for (const id of Array.isArray(eos) ? eos : eos == null ? [] : [eos]) ids.add(id);
  }
  return ids;
}

type SettingsFile = 'tokenizer.json' | 'tokenizer_config.json' | 'generation_config.json' | 'config.json';

/** A JSON file of the folder. Throws `MODEL_INCOMPLETE` where it is missing. */
export async function readJson(dir: string, file: SettingsFile): Promise<unknown> {
  const bytes = await readFileIfPresent(join(dir, file));
  if (bytes === undefined)
    throw new NeuralError('MODEL_INCOMPLETE', `${join(dir, file)} is missing`, { details: { dir, file } });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const code = file.startsWith('tokenizer') ? 'TOKENIZER_INVALID' : 'CONFIG_INVALID';
    throw new NeuralError(code, `${file}: not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}
