/**
 * Operations by their hash instead of their text, and the list of those that may be sent at all.
 *
 *   { extensions: { persistedQuery: { version: 1, sha256Hash } } }            -> the text, if it is known here
 *   { query, extensions: { persistedQuery: { version: 1, sha256Hash } } }     -> remembered, if the hash is the text's
 *
 * This is the protocol of Apollo's automatic persisted queries. The checked-in operations are known from the start, so
 * a front end may send nothing but hashes. With a safelist enforced nothing else is admitted.
 */
import { createHash } from 'node:crypto';
import { type DocumentNode, Kind, parse, print, separateOperations, visit } from 'graphql';
import { z } from 'zod';
import { raise } from '../errors.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import type { CheckedInOperations } from './checked-in-operations.ts';

export type SafelistMode = 'off' | 'log' | 'enforce';

export interface PersistedOperations {
  /** The text that is meant. Throws PERSISTED_QUERY_NOT_FOUND or BAD_REQUEST. */
  textOf(sent: SentDocument): string;
  /** Throws OPERATION_NOT_LISTED where the safelist is enforced. */
  requireListed(query: string, document: DocumentNode, safelist: SafelistMode): void;
}

export interface SentDocument {
  readonly query: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
}

export interface PersistedOptions {
  readonly operations: CheckedInOperations;
  /** Told of what an enforced safelist would refuse. */
  readonly onUnlisted: (sha256: string) => void;
}

const maxRemembered = 1_000;
/** 32 MiB in all at most. */
const maxCharacters = 32_768;
const maxJudged = 1_000;

const persistedQuerySchema = z.object({
  version: z.literal(1),
  sha256Hash: z.string().regex(/^[0-9a-f]{64}$/),
});

export function createPersistedOperations(options: PersistedOptions): PersistedOperations {
  const { operations, onUnlisted } = options;
  const checkedIn = new Map<string, string>();
  const listed = new Set<string>();
  for (const { source, document } of operations.all) {
    for (const text of textsOf(source, document)) {
      checkedIn.set(sha256(text), text);
      listed.add(normalHash(parse(text, { noLocation: true })));
    }
  }
  const remembered = new BoundedMap<string, string>(maxRemembered);
  const judged = new BoundedMap<string, boolean>(maxJudged);

  return {
    textOf({ query, extensions }) {
      const persisted = extensions?.['persistedQuery'];
      if (persisted === undefined || persisted === null) {
        if (query === undefined) throw raise('BAD_REQUEST', { because: '`query` must be a text' });
        return query;
      }
      const parsed = persistedQuerySchema.safeParse(persisted);
      if (!parsed.success)
        throw raise('BAD_REQUEST', {
          because: '`extensions.persistedQuery` has no version 1 and sha256Hash',
        });
      const { sha256Hash } = parsed.data;
      if (query === undefined) {
        const known = checkedIn.get(sha256Hash) ?? remembered.get(sha256Hash);
        if (known === undefined) throw raise('PERSISTED_QUERY_NOT_FOUND');
        return known;
      }
      if (sha256(query) !== sha256Hash)
        throw raise('BAD_REQUEST', { because: '`sha256Hash` is not the SHA-256 of `query`' });
      if (query.length <= maxCharacters && !checkedIn.has(sha256Hash)) remembered.set(sha256Hash, query);
      return query;
    },

    requireListed(query, document, safelist) {
      if (safelist === 'off') return;
      const isListed = judged.get(query) ?? listed.has(normalHash(document));
      if (query.length <= maxCharacters) judged.set(query, isListed);
      if (isListed) return;
      if (safelist === 'enforce') throw raise('OPERATION_NOT_LISTED');
      onUnlisted(sha256(query));
    },
  };
}

/** A file as it is, and each of its operations with the fragments that it uses, as generated documents have them. */
function textsOf(source: string, document: DocumentNode): readonly string[] {
  return [source, ...Object.values(separateOperations(document)).map((single) => print(single))];
}

/**
 * White space, comments and the order of definitions make no other operation; neither does `__typename`, which client
 * libraries add.
 */
function normalHash(document: DocumentNode): string {
  const plain = visit(document, {
    Field: ({ name, alias }) => (name.value === '__typename' && !alias ? null : undefined),
  });
  const definitions = plain.definitions.filter(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION || kind === Kind.FRAGMENT_DEFINITION,
  );
  return sha256(
    definitions
      .map((definition) => print(definition))
      .sort()
      .join('\n'),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
