import type { FeatureDefinition } from './feature-values.ts';

const namePattern = /^[a-z0-9_]{1,60}$/;

export function isName(text: string): boolean {
  return namePattern.test(text);
}

/** What is wrong with a view's features as they were given, or undefined. */
export function featuresProblem(
  features: readonly FeatureDefinition[],
): { readonly path: string; readonly message: string } | undefined {
  if (features.length === 0 || features.length > 200) {
    return { path: '', message: `There are ${features.length} features: 1 to 200 are allowed.` };
  }
  const seen = new Set<string>();
  for (const [index, { name }] of features.entries()) {
    if (!isName(name))
      return { path: `.${index}.name`, message: `"${name}" is not 1 to 60 characters of a-z, 0-9 and _.` };
    if (name === 'entityKey')
      return { path: `.${index}.name`, message: '"entityKey" names the thing itself.' };
    if (seen.has(name)) return { path: `.${index}.name`, message: `"${name}" is there twice.` };
    seen.add(name);
  }
  return undefined;
}

export type Redefinition =
  | { readonly kind: 'allowed'; readonly features: readonly FeatureDefinition[] }
  | { readonly kind: 'refused'; readonly message: string };

/** A view may gain features and better descriptions; a feature that is there keeps its name and type for ever. */
export function redefine(
  existing: readonly FeatureDefinition[],
  wanted: readonly FeatureDefinition[],
): Redefinition {
  const wantedByName = new Map(wanted.map((feature) => [feature.name, feature]));
  for (const { name, type } of existing) {
    const now = wantedByName.get(name);
    if (!now) return { kind: 'refused', message: `Feature "${name}" is missing: a view keeps its features.` };
    if (now.type !== type)
      return { kind: 'refused', message: `Feature "${name}" is ${type} and cannot become ${now.type}.` };
  }
  return { kind: 'allowed', features: wanted };
}
