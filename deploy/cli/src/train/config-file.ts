/**
 * The config of a run as YAML: the fields of the schema's `StartTrainingRunInput` by their own names, and `dataSet` where the
 * examples are a file. What is allowed is read from the schema itself, so file and API cannot drift apart.
 *
 *   modelName: alphabet
 *   dataSet: { file: examples.jsonl, name: the alphabet }     # or dataSetId: dataset_…
 *   hyperparameters: { steps: 400, learningRate: 0.003 }
 */
import { readFileSync } from 'node:fs';
import { readApiSchema } from '@fathom/schema/api-schema';
import { coerceInputValue, type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'graphql';
import { LineCounter, parseDocument } from 'yaml';
import { CommandError } from '../command-error.ts';
import { nearest } from './nearest.ts';

export interface TrainConfig {
  /** `StartTrainingRunInput`, without `dataSetId` where `dataSet` brings the examples. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly dataSet: { readonly file: string; readonly name: string } | undefined;
}

/** Throws a CommandError that lists every problem with its place. */
export function readConfigFile(path: string): TrainConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`The config ${path} cannot be read: ${(error as Error).message}`, 2, error);
  }
  const parsed = parseConfig(text);
  if ('problems' in parsed) {
    throw new CommandError(parsed.problems.map((problem) => `${path}:${problem}`).join('\n'), 2);
  }
  return parsed;
}

/** Problems begin with their line: `7: hyperparameters.learningrate: …`. */
export function parseConfig(text: string): TrainConfig | { readonly problems: readonly string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ pos, message }) => `${lines.linePos(pos[0]).line}: ${message}`),
    };
  }
  const type = readApiSchema().getType('StartTrainingRunInput') as GraphQLInputObjectType;
  const problems: string[] = [];
  const report = (path: readonly (string | number)[], message: string) => {
    const node = document.getIn(path.slice(0, path.length), true) as { range?: [number] } | undefined;
    const place = node?.range ?? (document.contents as { range?: [number] } | null)?.range;
    const line = place ? lines.linePos(place[0]).line : 1;
    problems.push(`${line}: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
  };
  const value: unknown = document.toJS();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problems: ['1: the config must be a list of keys with their values'] };
  }
  const { dataSet, ...given } = value as Record<string, unknown>;
  reportUnknownKeys(value, { type, path: [], more: ['dataSet'], report });
  const source = dataSet === undefined ? undefined : dataSetOf(dataSet, report);
  if (dataSet !== undefined && given['dataSetId'] !== undefined) {
    report(['dataSet'], 'give either `dataSet` or `dataSetId`');
  }
  if (problems.length > 0) return { problems };
  const filled = source ? { dataSetId: 'stored first', ...given } : given;
  coerceInputValue(filled, type, (path, _, { message }) => report(path, message));
  return problems.length > 0 ? { problems } : { input: given, dataSet: source };
}

type Report = (path: readonly (string | number)[], message: string) => void;

function reportUnknownKeys(
  value: object,
  given: {
    readonly type: GraphQLInputObjectType;
    readonly path: readonly string[];
    readonly more?: readonly string[];
    readonly report: Report;
  },
): void {
  const fields = given.type.getFields();
  const known = [...Object.keys(fields), ...(given.more ?? [])];
  for (const [key, inner] of Object.entries(value)) {
    const path = [...given.path, key];
    if (!known.includes(key)) {
      const close = nearest(key, known);
      const hint = close ? `did you mean \`${close}\`?` : `there are ${known.join(', ')}`;
      given.report(path, `there is no such key; ${hint}`);
      continue;
    }
    const field = fields[key];
    const type = field && getNamedType(field.type);
    const items: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
    if (!isInputObjectType(type)) continue;
    for (const item of items) {
      if (typeof item === 'object' && item !== null) {
        reportUnknownKeys(item, { type, path, report: given.report });
      }
    }
  }
}

function dataSetOf(value: unknown, report: Report): TrainConfig['dataSet'] {
  const { file, name, ...rest } = (typeof value === 'object' && value !== null ? value : { file: value }) as {
    readonly file?: unknown;
    readonly name?: unknown;
  };
  for (const key of Object.keys(rest)) report(['dataSet', key], 'there is no such key; there are file, name');
  if (typeof file === 'string') return { file, name: typeof name === 'string' ? name : file };
  report(['dataSet'], 'needs `file`, the path of a .jsonl, .csv, .txt or .parquet file');
  return undefined;
}
