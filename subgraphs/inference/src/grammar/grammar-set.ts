/**
 * The forms that completions of one model must have, compiled for its vocabulary.
 *
 *   form --compiled, kept--> grammar --one a sequence--> matcher: mask of what may come next <-> the token that came
 *
 * A form is compiled once: 2 to 30 ms for a schema of a few fields, while the device waits. A mask takes 0.03 ms.
 */
import { bytesToText } from '@fathom/neural/tokenizers/byte-alphabet';
import type { CompiledGrammar, GrammarCompiler, GrammarMatcher } from '@mlc-ai/web-xgrammar';
import {
  PatternRefusedError,
  portableGrammar,
  portableRegex,
  portableSchema,
} from '../domain/portable-pattern.ts';
import type { ResponseFormat } from '../domain/response-format.ts';
import type { Utf8State } from '../domain/utf8-state.ts';
import { TokenMasks } from './token-masks.ts';
import { createXGrammar, type XGrammar } from './xgrammar.ts';

/** The form is none that XGrammar understands. */
export class GrammarInvalidError extends Error {
  override readonly name = 'GrammarInvalidError';
}

export interface Vocabulary {
  /** The bytes of each token, by id; none for special tokens, which no form contains. */
  readonly tokens: readonly Uint8Array[];
  /** May come where the form is complete. */
  readonly stopTokenIds: readonly number[];
}

/** What one sequence may say next. */
export interface Constraint {
  /** A bit a token, valid until the next call. */
  mask(): Promise<Int32Array>;
  /** A token that the mask allowed has come. */
  accept(tokenId: number): void;
  dispose(): void;
}

const maxKept = 64;

interface Instance {
  readonly library: XGrammar;
  readonly compiler: GrammarCompiler;
  lastComplaint(): string;
}

export class GrammarSet {
  readonly #vocabulary: Vocabulary;
  /** The longest unused first. */
  readonly #compiled = new Map<string, Promise<CompiledGrammar>>();
  readonly #masks: TokenMasks;
  #instance: Promise<Instance> | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#masks = new TokenMasks(vocabulary.tokens, vocabulary.stopTokenIds);
  }

  /** Throws GrammarInvalidError with the reason. */
  async check(format: ResponseFormat): Promise<void> {
    await this.#compile(format);
  }

  /** For a sequence that begins, or goes on behind tokens that it has. Throws GrammarInvalidError. */
  async constrain(format: ResponseFormat, priorTokens: readonly number[]): Promise<Constraint> {
    const compiled = await this.#compile(format);
    const { library } = await this.#open();
    const matcher = await library.GrammarMatcher.createGrammarMatcher(compiled);
    const constraint = createConstraint(matcher, this.#masks, format.kind === 'json-schema');
    for (const token of priorTokens) constraint.accept(token);
    return constraint;
  }

  async #compile(format: ResponseFormat): Promise<CompiledGrammar> {
    const key = `${format.kind}:${format.source}`;
    const compiled = this.#compiled.get(key) ?? this.#compileAnew(format);
    this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > maxKept && oldest !== undefined) this.#forget(oldest);
    return compiled;
  }

  async #compileAnew(format: ResponseFormat): Promise<CompiledGrammar> {
    const { compiler, lastComplaint } = await this.#open();
    try {
      return await compileWith(compiler, format);
    } catch (cause) {
      if (cause instanceof PatternRefusedError) throw new GrammarInvalidError(cause.message, { cause });
      // The instance has aborted, and all that it has compiled goes with it.
      this.#instance = undefined;
      this.#compiled.clear();
      throw new GrammarInvalidError(lastComplaint() || 'It cannot be compiled.', { cause });
    }
  }

  /** Sequences that use it keep it: a grammar shares what it is made of with its matchers. */
  #forget(key: string): void {
    const compiled = this.#compiled.get(key);
    this.#compiled.delete(key);
    compiled?.then(
      (grammar) => grammar.dispose(),
      () => undefined,
    );
  }

  #open(): Promise<Instance> {
    this.#instance ??= this.#create();
    return this.#instance;
  }

  async #create(): Promise<Instance> {
    const { library, lastComplaint } = createXGrammar();
    const { tokens, stopTokenIds } = this.#vocabulary;
    const vocabulary = await library.TokenizerInfo.createTokenizerInfo(
      tokens.map(bytesToText),
      'byte_level',
      false,
      tokens.length,
      [...stopTokenIds],
    );
    const compiler = await library.GrammarCompiler.createGrammarCompiler(vocabulary, false);
    return { library, compiler, lastComplaint };
  }
}

async function compileWith(
  compiler: GrammarCompiler,
  { kind, source }: ResponseFormat,
): Promise<CompiledGrammar> {
  switch (kind) {
    case 'json-schema':
      // One way to put the spaces: a model cannot fill its completion with blanks.
      return compiler.compileJSONSchema(portableSchema(source), false, -1);
    case 'regex':
      return compiler.compileStructuralTag({
        type: 'structural_tag',
        format: { type: 'regex', pattern: portableRegex(source) },
      });
    case 'grammar':
      return compiler.compileGrammar(portableGrammar(source));
  }
}

function createConstraint(matcher: GrammarMatcher, masks: TokenMasks, isPrintable: boolean): Constraint {
  let state: Utf8State = 'start';
  return {
    async mask() {
      return masks.within(await matcher.getNextTokenBitmask(), state, isPrintable);
    },
    accept(tokenId) {
      if (!matcher.acceptToken(tokenId))
        throw new Error(`Token ${tokenId} is not of the form that was asked for.`);
      state = masks.after(state, tokenId);
    },
    dispose: () => matcher.dispose(),
  };
}
