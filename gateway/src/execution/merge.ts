/**
 * Puts what one fetch brought into what is there already.
 *
 * Invariant: no two places of the data share an object. Otherwise a later fetch that fills one of them would fill the
 * other; so whoever merges one answer into several places merges copies into all but the first.
 */
import { isObject, type JsonObject } from './shape-answer.ts';

/**
 * Where both have something, objects and lists of equal length are merged; a null never takes the place of a value,
 * since another subgraph may have failed to resolve what this one knows.
 */
export function merge(
  target: JsonObject,
  source: JsonObject,
  isKnownTypeName: (name: unknown) => boolean,
): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    // Nothing is fetched under this name, and setting it would change what the object inherits.
    if (value === undefined || key === '__proto__') continue;
    const existing = target[key];
    if (existing === undefined || existing === null) target[key] = value;
    else if (value === null) continue;
    else if (key === '__typename') {
      // An interface object knows an entity by its interface only.
      if (isKnownTypeName(value)) target[key] = value;
    } else if (typeof existing !== 'object' || typeof value !== 'object') target[key] = value;
    else if (isObject(existing) && isObject(value)) merge(existing, value, isKnownTypeName);
    else if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length)
      mergeLists(existing, value, isKnownTypeName);
    else target[key] = value;
  }
}

function mergeLists(
  target: unknown[],
  source: readonly unknown[],
  isKnownTypeName: (name: unknown) => boolean,
): void {
  for (const [index, value] of source.entries()) {
    const existing = target[index];
    if (isObject(existing) && isObject(value)) merge(existing, value, isKnownTypeName);
    else if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length)
      mergeLists(existing, value, isKnownTypeName);
    else if (value !== null && value !== undefined) target[index] = value;
  }
}

export function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) if (key !== '__proto__') copy[key] = copyOf(value[key]);
  return copy as Value;
}
