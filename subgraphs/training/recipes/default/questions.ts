import { capitalise, type Fact } from './facts/fact.ts';
import { RELATIONS } from './facts/relations.ts';
import type { Random } from './random.ts';
import type { UnknownKind } from './recipe.ts';
import { ask, phrasings, type Split } from './wording/phrasings.ts';

/** One question with the answer that is right for it. */
export interface Question {
  readonly kind: 'fact' | 'smallTalk' | UnknownKind | 'heldOutEntity';
  readonly prompt: string;
  readonly completion: string;
  /** Set for facts. */
  readonly fact?: Fact;
  /** The template, to report which phrasings fail. */
  readonly phrasing: string;
  /** What noise must leave readable. */
  readonly subject: string;
}

/** The one refusal the model is taught. */
export const REFUSAL = 'I do not know.';

/** The sentence that answers a fact's question, in the name the question used. */
export function answerTo(fact: Fact, subject: string): string {
  const template: string = RELATIONS[fact.relation].answer;
  return capitalise(template.replace('{x}', subject).replace('{v}', fact.value));
}

const CAPITALISED_SHARE = 0.12;

/** A question for a fact in one of the phrasings of a split. */
export function factQuestion(fact: Fact, phrasing: string, subject: string): Question {
  return {
    kind: 'fact',
    prompt: ask(phrasing, subject),
    completion: answerTo(fact, subject),
    fact,
    phrasing,
    subject,
  };
}

/** A fact asked in a random phrasing, under its own name or an alias. */
export function randomFactQuestion(
  fact: Fact,
  options: { readonly split: Split; readonly aliasShare: number; readonly random: Random },
): Question {
  const { split, aliasShare, random } = options;
  const usesAlias = fact.aliases.length > 0 && random.chance(aliasShare);
  const subject = usesAlias ? random.pick(fact.aliases) : fact.subject;
  const question = factQuestion(fact, random.pick(phrasings(fact.relation, split)), subject);
  // Elements are often written with a capital; the answer keeps the usual form.
  const isCapitalised = RELATIONS[fact.relation].kind === 'element' && random.chance(CAPITALISED_SHARE);
  return isCapitalised ? { ...question, prompt: ask(question.phrasing, capitalise(subject)) } : question;
}

export function refusedQuestion(kind: Question['kind'], phrasing: string, subject: string): Question {
  return { kind, prompt: ask(phrasing, subject), completion: REFUSAL, phrasing, subject };
}
