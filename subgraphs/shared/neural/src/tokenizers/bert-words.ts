/** Words as BERT has them: a text is cleaned, and cut at spaces and around punctuation. */

/** What is taken out of a text before it is cut. */
export interface Cleaning {
  readonly controls: boolean;
  readonly ideographs: boolean;
  readonly accents: boolean;
  readonly cases: boolean;
}

/** As `bert-base-uncased` cleans. */
export const uncased: Cleaning = { controls: true, ideographs: true, accents: true, cases: true };

export function createBertWords(cleaning: Cleaning): (text: string) => readonly string[] {
  return (text) =>
    cleaned(text, cleaning).match(/[!-/:-@[-`{-~\p{P}]|[^!-/:-@[-`{-~\p{P}\p{White_Space}]+/gu) ?? [];
}

function cleaned(text: string, { controls, ideographs, accents, cases }: Cleaning): string {
  let clean = text;
  if (controls) clean = clean.replace(/(?![\t\n\r])[\p{C}\uFFFD]/gu, '').replace(/\p{White_Space}/gu, ' ');
  if (ideographs) clean = clean.replace(ideograph, ' $& ');
  if (accents) clean = clean.normalize('NFD').replace(/\p{Mn}/gu, '');
  // Letter by letter: a whole word's lower case ends in another sigma.
  if (cases) clean = Array.from(clean, (letter) => letter.toLowerCase()).join('');
  return clean;
}

/** The blocks of Han ideographs that BERT reads as words of their own. */
const ideograph =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu;
