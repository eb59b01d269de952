/** A draft in the making, behind its confidence gate. */
import { type ConfidenceGate, createConfidenceGate, type Verdict } from '../domain/confidence-gate.ts';
import type { QuestionScorer } from '../domain/draft-scorer.ts';
import { explain } from '../domain/explanations.ts';
import type { GenerationEvent, RoutedEvent, TokenRecord } from '../domain/generation.ts';
import type { Decoded, GenerationRun } from './generation-run.ts';

/** Drafts up to this long are scored whole before anything is shown. */
const holdTokens = 64;

/**
 * - `held`: nothing was shown; a long draft may be shown before it is whole;
 * - `shown`: it was routed as confident by a former process, and goes on;
 * - `whole`: it is judged once it is whole, however long. A draft that was retracted has been shown once too often.
 */
export type DraftState = 'held' | 'shown' | 'whole';

export class Drafting {
  readonly scorer: QuestionScorer;
  readonly tokens: TokenRecord[];
  readonly #run: GenerationRun;
  readonly #gate: ConfidenceGate;
  readonly #enough = new AbortController();
  #shown: number;
  #isShown: boolean;
  /** Text behind the last token, where that was shown already and cannot be changed. */
  #tail = '';
  #rejected: Verdict | undefined;

  constructor(run: GenerationRun, scorer: QuestionScorer, state: DraftState) {
    this.#run = run;
    this.scorer = scorer;
    this.tokens = [...run.record.tokens];
    this.#shown = this.tokens.length;
    this.#isShown = state === 'shown';
    const hold = state === 'whole' ? Number.POSITIVE_INFINITY : holdTokens;
    this.#gate = createConfidenceGate({ score: scorer.score, bound: scorer.bound, holdTokens: hold });
  }

  get text(): string {
    return this.tokens.map(({ text }) => text).join('');
  }

  get isShown(): boolean {
    return this.#isShown;
  }

  /** The verdict that stopped the draft before it was whole. */
  get rejected(): Verdict | undefined {
    return this.#rejected;
  }

  async decode(): Promise<Decoded> {
    if (this.tokens.length >= this.#run.settings.maxTokens)
      return { kind: 'finished', reason: 'LENGTH', tailText: '' };
    const decoded = await this.#run.decode({
      prior: this.#run.record.tokens,
      onToken: (token) => this.#take(token),
      signal: this.#enough.signal,
    });
    if (decoded.kind === 'finished' && decoded.tailText !== '') this.#addTail(decoded.tailText);
    return decoded;
  }

  judge() {
    return this.#gate.afterEnd(this.tokens);
  }

  /** What is still held back, with the routing before it if nothing was shown yet. */
  release(verdict: Verdict): readonly GenerationEvent[] {
    const held = this.tokens.slice(this.#shown).map((token) => this.#run.tokenEvent(token));
    const tail = this.#tail === '' ? [] : [this.#run.textEvent(this.#tail)];
    const events = [...(this.#isShown ? [] : [this.#confident(verdict)]), ...held, ...tail];
    this.#isShown = true;
    this.#shown = this.tokens.length;
    return events;
  }

  scoreOf({ score }: Verdict) {
    const { bound, calibrationVersion } = this.scorer;
    return { score, bound, calibrationVersion };
  }

  #take(token: TokenRecord): void {
    this.tokens.push(token);
    const decision = this.#gate.afterToken(this.tokens);
    if (decision.kind === 'show') void this.#run.emit(this.release(decision.verdict));
    if (decision.kind !== 'reroute') return;
    this.#rejected = decision.verdict;
    this.#enough.abort();
  }

  #addTail(text: string): void {
    const last = this.tokens.pop();
    if (!last) return;
    this.tokens.push({ ...last, text: last.text + text });
    if (this.#shown === this.tokens.length) this.#tail = text;
  }

  #confident(verdict: Verdict): RoutedEvent {
    const { modelVersionId } = this.#run.settings;
    const { bound } = this.scorer;
    return {
      type: 'routed',
      service: 'INFERENCE',
      reason: 'CONFIDENT',
      explanation: explain.confident({ versionId: modelVersionId, verdict, bound }),
      ...this.scoreOf(verdict),
      modelVersionId,
      deviceId: this.#run.deviceId,
    };
  }
}
