import type { FeatureValue } from './feature-values.ts';

/** A row as a store found it for a thing; undefined where it found none. */
export interface FoundRow {
  readonly at: Date;
  readonly values: Readonly<Record<string, FeatureValue>>;
}

export interface FeatureVector {
  readonly entityKey: string;
  readonly values: readonly FeatureValue[];
  readonly at: Date | null;
  readonly status: 'PRESENT' | 'MISSING' | 'EXPIRED';
}

export interface VectorOptions {
  readonly features: readonly string[];
  readonly lifetimeSeconds: number | null;
  /** The moment as of which the row was read; a row exactly as old as the lifetime still counts. */
  readonly asOf: Date;
}

export function toVector(
  entityKey: string,
  found: FoundRow | undefined,
  options: VectorOptions,
): FeatureVector {
  const { features, lifetimeSeconds, asOf } = options;
  if (!found) return { entityKey, values: features.map(() => null), at: null, status: 'MISSING' };
  const isExpired = lifetimeSeconds !== null && asOf.getTime() - found.at.getTime() > lifetimeSeconds * 1000;
  if (isExpired) return { entityKey, values: features.map(() => null), at: found.at, status: 'EXPIRED' };
  return {
    entityKey,
    values: features.map((name) => found.values[name] ?? null),
    at: found.at,
    status: 'PRESENT',
  };
}
