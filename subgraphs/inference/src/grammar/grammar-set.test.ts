import { bytesToText } from '@fathom/neural/tokenizers/byte-alphabet';
import { describe, expect, test } from 'vitest';
import type { ResponseFormat } from '../domain/response-format.ts';
import { type Constraint, GrammarInvalidError, GrammarSet } from './grammar-set.ts';

/** A token a byte, one of several bytes, a special one and the stop token. */
const bytes = Array.from({ length: 256 }, (_, byte) => bytesToText(Uint8Array.of(byte)));
const names = [...bytes, 'true', '', ''];
const stop = 258;
const tokens = names.map((text, id) => (id < 256 ? Uint8Array.of(id) : new TextEncoder().encode(text)));
const set = new GrammarSet({ tokens, stopTokenIds: [stop] });

const allows = (mask: Int32Array, id: number): boolean => (((mask[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;

async function allowed(constraint: Constraint): Promise<string[]> {
  const mask = await constraint.mask();
  return names.flatMap((text, id) => (allows(mask, id) ? [id === stop ? 'stop' : text] : []));
}

async function say(constraint: Constraint, text: string): Promise<void> {
  for (const byte of new TextEncoder().encode(text)) {
    expect(allows(await constraint.mask(), byte)).toBe(true);
    constraint.accept(byte);
  }
}

const regex = (source: string): ResponseFormat => ({ kind: 'regex', source });

test('a regular expression says what may come next, and the stop token comes where it is complete', async () => {
  const constraint = await set.constrain(regex('(yes|no)!'), []);
  expect(await allowed(constraint)).toEqual(['n', 'y']);
  await say(constraint, 'no');
  expect(await allowed(constraint)).toEqual(['!']);
  await say(constraint, '!');
  expect(await allowed(constraint)).toEqual(['stop']);
  constraint.dispose();
});

test('a grammar may be recursive', async () => {
  const constraint = await set.constrain({ kind: 'grammar', source: 'root ::= "(" root ")" | "x"' }, []);
  await say(constraint, '((x');
  expect(await allowed(constraint)).toEqual([')']);
});

test('a JSON schema allows the keys that it names, tokens of several bytes among what may come', async () => {
  const schema = {
    type: 'object',
    properties: { ok: { type: 'boolean' } },
    required: ['ok'],
    additionalProperties: false,
  };
  const constraint = await set.constrain({ kind: 'json-schema', source: JSON.stringify(schema) }, []);
  await say(constraint, '{"ok": ');
  expect(await allowed(constraint)).toEqual(['f', 't', 'true']);
});

test('characters of several bytes are allowed byte by byte, and special tokens never', async () => {
  const constraint = await set.constrain(regex('ä(.|ß)+'), []);
  await say(constraint, 'äß中😀');
  const next = await allowed(constraint);
  expect(next).toContain('stop');
  expect(next).not.toContain('');
  constraint.accept(0xc3);
  expect(await allowed(constraint)).toEqual(bytes.slice(0x80, 0xc0));
});

test('a sequence that goes on behind tokens it has stands where it stood', async () => {
  const constraint = await set.constrain(regex('abc'), [97, 98]);
  expect(await allowed(constraint)).toEqual(['c']);
});

describe('a form that cannot be understood', () => {
  test.each([
    [regex('[äß]'), /beyond ASCII/],
    [regex('(a'), /parenthesis is not closed/],
    [{ kind: 'grammar', source: 'root ::= missing' } as const, /missing.*not defined/],
    [{ kind: 'json-schema', source: '{"type":"nope"}' } as const, /Unsupported type "nope"/],
    [{ kind: 'json-schema', source: '{"$ref":"#/$defs/x"}' } as const, /\$defs/],
    [
      { kind: 'json-schema', source: '{"type":"string","minLength":5,"maxLength":2}' } as const,
      /minLength 5/,
    ],
  ])('%j is refused in words, and the next form is compiled all the same', async (format, reason) => {
    const refused = set.check(format);
    await expect(refused).rejects.toThrow(GrammarInvalidError);
    await expect(refused).rejects.toThrow(reason);
    await expect(set.check(regex('[a-z]'))).resolves.toBeUndefined();
  });
});

test('whatever a JSON schema allows, what is drawn at random parses and is text', async () => {
  const source = JSON.stringify({
    type: 'object',
    properties: {
      text: { type: 'string', maxLength: 4 },
      pattern: { type: 'string', pattern: '^.[^a]\\D{2}$' },
      mail: { type: 'string', format: 'email' },
      day: { type: 'string', format: 'date' },
      any: {
        anyOf: [{ type: 'null' }, { type: 'boolean' }, { type: 'number' }, { enum: ['a"b', 'c\\d', 'é'] }],
      },
    },
    required: ['text', 'pattern', 'mail', 'day', 'any'],
    additionalProperties: false,
  });
  let random = 1;
  const next = (below: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((random / 2 ** 32) * below);
  };
  for (let round = 0; round < 40; round++) {
    const constraint = await set.constrain({ kind: 'json-schema', source }, []);
    const said: number[] = [];
    for (let length = 0; length < 400; length++) {
      const mask = await constraint.mask();
      const open = tokens.flatMap((_, id) => (allows(mask, id) ? [id] : []));
      // What closes comes sooner, or numbers and addresses would go on for ever.
      const closing = open.filter((id) => id === stop || '"}.,@'.includes(names[id] ?? ' '));
      const from = closing.length > 0 && length > 40 ? closing : open;
      const id = from[next(from.length)] ?? stop;
      if (id === stop) break;
      constraint.accept(id);
      said.push(id);
    }
    const bytesSaid = Uint8Array.from(said.flatMap((id) => [...(tokens[id] ?? [])]));
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytesSaid);
    expect(() => JSON.parse(text), text).not.toThrow();
    const value = JSON.parse(text) as { text: string; day: string };
    expect([...value.text].length).toBeLessThanOrEqual(4);
    expect(value.day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
});
