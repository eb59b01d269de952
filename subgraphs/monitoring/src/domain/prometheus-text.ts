/**
 * Reads Prometheus' text format 0.0.4: `name{label="value"} 1.5 [timestamp]`, one sample a line. Comments are skipped;
 * a line that is not a sample is skipped too, since one bad exporter must not blind the watch on the rest.
 */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

export function parsePrometheusText(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = line.startsWith('#') ? null : samplePattern.exec(line.trim());
    if (!match) return [];
    const [, name = '', labels = '', raw = ''] = match;
    const value = parseValue(raw);
    return value === undefined ? [] : [{ name, labels: parseLabels(labels), value }];
  });
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(labelPattern)].map(([, name = '', value = '']) => [name, unescapeLabel(value)]),
  );
}

function unescapeLabel(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function parseValue(raw: string): number | undefined {
  if (raw === '+Inf') return Number.POSITIVE_INFINITY;
  if (raw === '-Inf') return Number.NEGATIVE_INFINITY;
  if (raw === 'NaN') return Number.NaN;
  const value = Number(raw);
  return Number.isNaN(value) ? undefined : value;
}
