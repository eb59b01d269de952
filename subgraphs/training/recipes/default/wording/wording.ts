/** How one relation is asked for. `{x}` is the subject; frames put each noun where they have `{n}`. */
export interface Wording {
  /** Noun phrases that fit "the {n} of {x}"; empty where a relation has no noun, as "is {x} landlocked?". */
  readonly nouns: readonly string[];
  /** Questions of the relation's own, for training. */
  readonly questions: readonly string[];
  /** Never in training; looked at while wording was improved. */
  readonly validation: readonly string[];
  /** Never in training and never consulted: these measure. */
  readonly test: readonly string[];
}
