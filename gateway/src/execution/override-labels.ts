/**
 * `@override(from: …, label: …)`: which subgraph answers a field while it moves from one to another.
 *
 * `percent(20)` sends a fifth of the callers to the new place: always the same ones, by a hash of the tenant and the
 * label, so that a user does not see a field flicker. Any other label is off unless the settings name it.
 */
import { createHash } from 'node:crypto';

export interface OverrideLabels {
  /** The labels of this supergraph, in a stable order. */
  readonly labels: readonly string[];
  /** Those that are on for a caller. */
  conditionsFor(tenant: string): ReadonlyMap<string, boolean>;
}

const none: ReadonlyMap<string, boolean> = new Map();

export function createOverrideLabels(supergraphSdl: string, switchedOn: readonly string[]): OverrideLabels {
  const found = [...supergraphSdl.matchAll(/\boverrideLabel: "((?:[^"\\]|\\.)*)"/g)].map(
    ([, label = '']) => label,
  );
  const labels = [...new Set(found)].sort();
  const isOn = (label: string, tenant: string): boolean => {
    const percent = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label)?.[1];
    return percent === undefined
      ? switchedOn.includes(label)
      : shareOf(label, tenant) < Number(percent) / 100;
  };
  return {
    labels,
    conditionsFor: (tenant) =>
      labels.length === 0 ? none : new Map(labels.map((label) => [label, isOn(label, tenant)])),
  };
}

/** From 0 to just below 1, evenly spread over tenants. */
function shareOf(label: string, tenant: string): number {
  return createHash('sha256').update(`${label}\n${tenant}`).digest().readUInt32BE() / 2 ** 32;
}
