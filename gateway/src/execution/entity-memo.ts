/**
 * Entities that one subscription has fetched for its events, so that fifty tokens a second do not fetch the same
 * author fifty times.
 *
 * The rule of freshness: what an event itself carries is never taken from here; an entity of another service is at most
 * `maxAgeMs` old when it is used again; one that came with an error is fetched anew. The identity of an entry is the
 * service, what is asked of it, its variables and the representation, so whatever the event says of the entity
 * (`@requires`) makes it another one. Nothing is shared between subscriptions, and so between nobody's rights.
 */
import { BoundedMap } from '../operations/bounded-map.ts';
import { copyOf } from './merge.ts';
import type { JsonObject } from './shape-answer.ts';

export interface EntityMemo {
  /** A copy that the caller may change; `undefined` if there is none that is fresh. */
  get(key: string): JsonObject | null | undefined;
  set(key: string, entity: JsonObject | null): void;
}

export interface EntityMemoOptions {
  readonly maxAgeMs: number;
  readonly maxEntities: number;
  /** A monotonic clock, ms. */
  readonly now: () => number;
}

interface Entry {
  readonly entity: JsonObject | null;
  readonly fetchedAt: number;
}

export function createEntityMemo({ maxAgeMs, maxEntities, now }: EntityMemoOptions): EntityMemo {
  const entries = new BoundedMap<string, Entry>(maxEntities);
  return {
    get(key) {
      const entry = entries.get(key);
      return entry && now() - entry.fetchedAt < maxAgeMs ? copyOf(entry.entity) : undefined;
    },
    set(key, entity) {
      entries.set(key, { entity: copyOf(entity), fetchedAt: now() });
    },
  };
}
