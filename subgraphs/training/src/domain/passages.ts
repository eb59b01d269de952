/**
 * Plain text to passages that a model learns as they are: whole paragraphs, which blank lines part, put together until
 * they are long enough to give context. Where a paragraph alone is too long, it is cut between lines, or at a space.
 */
const enoughCharacters = 1_000;
const maxCharacters = 4_000;

export class PassageReader {
  #lines: string[] = [];
  #characters = 0;
  readonly #ready: string[] = [];

  /** A line without its `\n`; the passage that it completes, if it does. Others may wait for the next lines. */
  push(line: string): string | undefined {
    const text = line.trimEnd();
    if (text === '' && this.#characters >= enoughCharacters) this.#close();
    else if (text !== '' || this.#characters > 0) this.#add(text);
    return this.#ready.shift();
  }

  end(): string[] {
    this.#close();
    return this.#ready.splice(0);
  }

  #add(text: string): void {
    if (this.#characters + text.length > maxCharacters) this.#close();
    let rest = text;
    while (rest.length > maxCharacters) {
      const space = rest.lastIndexOf(' ', maxCharacters);
      const cut = space > 0 ? space : wholeCharacters(rest, maxCharacters);
      this.#ready.push(rest.slice(0, cut));
      rest = rest.slice(cut).trimStart();
    }
    this.#lines.push(rest);
    this.#characters += rest.length + 1;
  }

  #close(): void {
    const passage = this.#lines.join('\n').trim();
    this.#lines = [];
    this.#characters = 0;
    if (passage !== '') this.#ready.push(passage);
  }
}

/** Does not cut a character of two code units in half. */
function wholeCharacters(text: string, length: number): number {
  const last = text.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}
