/**
 * Where in the answer the data of a fetch goes, under the client's names. Worked out only when there is an error to tell of,
 * or a context to read.
 */
import type { Asked } from './asked-entities.ts';
import type { FetchStep } from './compile-plan.ts';
import type { ErrorPlaces } from './fetch-errors.ts';
import { isIncluded } from './shape.ts';
import type { JsonObject, Path } from './shape-answer.ts';
import { type Place, placesOf, type TargetPath } from './targets.ts';

/** Where a step of the plan stands in the data. */
export interface Cursor {
  readonly path: TargetPath;
  readonly targets: readonly JsonObject[];
}

export interface Answer {
  readonly data: JsonObject;
  readonly clientNames: ReadonlyMap<string, string>;
  readonly variables: Readonly<Record<string, unknown>>;
}

export function placesBelow(
  { data }: Pick<Answer, 'data'>,
  { path }: Cursor,
): ReadonlyMap<JsonObject, Place> {
  return placesOf(data, path);
}

/** Of a fetch of root fields. */
export function rootPlaces(answer: Answer, step: FetchStep, cursor: Cursor): ErrorPlaces {
  const here = (): readonly Path[] => [...placesBelow(answer, cursor).values()].map(({ path }) => path);
  return {
    of: (path) => (path ? here().map((at) => named(answer, [...at, ...path])) : []),
    all() {
      const names = namesAskedFor(answer, step);
      return here().flatMap((at) => names.map((name) => named(answer, [...at, name])));
    },
  };
}

/** Of a fetch of entities. */
export function entityPlaces(answer: Answer, cursor: Cursor, asked: readonly Asked[]): ErrorPlaces {
  const pathsOf = (targets: readonly JsonObject[]): readonly Path[] => {
    const places = placesBelow(answer, cursor);
    return targets.map((target) => named(answer, places.get(target)?.path ?? []));
  };
  const all = (): readonly Path[] => pathsOf(asked.flatMap(({ targets }) => targets));
  return {
    of(path) {
      const [field, index, ...below] = path ?? [];
      if (field !== '_entities') return [];
      if (typeof index !== 'number') return all().slice(0, 1);
      return pathsOf(asked[index]?.targets ?? []).map((at) => [...at, ...named(answer, below)]);
    },
    all,
  };
}

/** Of the root fields that this setting of the variables does not leave out. */
function namesAskedFor({ variables }: Answer, { rootFields }: FetchStep): readonly string[] {
  const isTrue = (variable: string): boolean => variables[variable] === true;
  const included = rootFields.filter(({ conditions }) => isIncluded(conditions, isTrue));
  return [...new Set(included.map(({ name }) => name))];
}

function named({ clientNames }: Answer, path: Path): Path {
  if (clientNames.size === 0) return path;
  return path.map((element) =>
    typeof element === 'string' ? (clientNames.get(element) ?? element) : element,
  );
}
