import type { FeatureValue } from './feature-values.ts';

/** A text with `{feature}` for a feature's value and `{entityKey}` for the thing; `{{` and `}}` are braces. */
export interface Template {
  /** The features that it needs. */
  readonly features: readonly string[];
  /** The text for one thing; undefined where a value that it needs is null. */
  render(entityKey: string, values: Readonly<Record<string, FeatureValue>>): string | undefined;
}

export type TemplateResult =
  | { readonly kind: 'parsed'; readonly template: Template }
  | { readonly kind: 'invalid'; readonly message: string };

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string };

const entityKeyName = 'entityKey';

export function parseTemplate(source: string, knownFeatures: readonly string[]): TemplateResult {
  const parts: Part[] = [];
  for (const [token, name] of source.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (token === '{' || token === '}')
      return { kind: 'invalid', message: `It has a lone "${token}". Write "${token}${token}" for a brace.` };
    if (name === undefined)
      parts.push({ kind: 'text', text: token === '{{' ? '{' : token === '}}' ? '}' : token });
    else if (name === entityKeyName || knownFeatures.includes(name)) parts.push({ kind: 'value', name });
    else
      return {
        kind: 'invalid',
        message: `The view has no feature "${name}". It has: ${knownFeatures.join(', ')}.`,
      };
  }
  if (parts.length === 0) return { kind: 'invalid', message: 'It is empty.' };
  return { kind: 'parsed', template: createTemplate(parts) };
}

function createTemplate(parts: readonly Part[]): Template {
  const names = parts.flatMap((part) =>
    part.kind === 'value' && part.name !== entityKeyName ? [part.name] : [],
  );
  return {
    features: [...new Set(names)],
    render(entityKey, values) {
      let text = '';
      for (const part of parts) {
        if (part.kind === 'text') text += part.text;
        else if (part.name === entityKeyName) text += entityKey;
        else {
          const value = values[part.name] ?? null;
          if (value === null) return undefined;
          text += Array.isArray(value) ? value.join(', ') : String(value);
        }
      }
      return text;
    },
  };
}
