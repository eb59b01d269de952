/** Nested values by dotted path, as JSON. Null counts as absent. */
export function flatten(value: object, prefix = ''): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null || inner === undefined) continue;
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && !Array.isArray(inner)) {
      for (const [below, text] of flatten(inner, `${path}.`)) flat.set(below, text);
    } else flat.set(path, JSON.stringify(inner));
  }
  return flat;
}
