/** A text in pieces of one word each with the space behind it; joined they are the text. */
export function splitWords(text: string): readonly string[] {
  return text.split(/(?<=\s)(?=\S)/u).filter((piece) => piece.length > 0);
}
