import type { RelationId } from './relations.ts';

/** Where a value comes from: a package's file, and what the recipe changed in it and why. */
export interface FactSource {
  /** `package/file`, as npm installs it. */
  readonly file: string;
  /** Present when the package's own value was not taken as it stands. */
  readonly correction?: { readonly packaged: string; readonly reason: string };
}

/** One thing the model is to know: a relation, what it is asked of, and the value it must answer. */
export interface Fact {
  readonly relation: RelationId;
  /** As written inside a sentence: `France`, `the Bahamas`, `a dog`. */
  readonly subject: string;
  /** Other names a question may use; the answer repeats the one that was asked. */
  readonly aliases: readonly string[];
  readonly value: string;
  readonly source: FactSource;
}

/** A value of a package that the recipe refused, for the data set's report. */
export interface DroppedValue {
  readonly file: string;
  readonly subject: string;
  readonly reason: string;
}

export interface FactTable {
  readonly facts: readonly Fact[];
  readonly dropped: readonly DroppedValue[];
}

/** "the Bahamas" at the start of a sentence is "The Bahamas"; "iPhone"-like names do not occur here. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The form in which values of different sources are compared: no accents, no case, no punctuation. */
export function comparable(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
