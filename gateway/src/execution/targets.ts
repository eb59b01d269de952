/** The objects of the data that a node of the plan works on. */
import type { ResponsePath } from '@apollo/query-planner';
import { isObject, type JsonObject, type Path } from './shape-answer.ts';

/** From an object to the objects below it: keys, and `@` for each of a list. */
export type TargetPath = readonly string[];

export function targetPathOf(path: ResponsePath): TargetPath {
  return path.map(String);
}

/** In the order of the data. Null, and what is no object, is left out. */
export function collectTargets(from: readonly JsonObject[], path: TargetPath): readonly JsonObject[] {
  if (path.length === 0) return from;
  const found: JsonObject[] = [];
  for (const object of from) collect(object, path, 0, found);
  return found;
}

function collect(value: unknown, path: TargetPath, depth: number, found: JsonObject[]): void {
  if (value === null || value === undefined) return;
  const step = path[depth];
  if (step === undefined) {
    if (isObject(value)) found.push(value);
  } else if (step === '@') {
    if (Array.isArray(value)) for (const element of value) collect(element, path, depth + 1, found);
  } else if (isObject(value) && Object.hasOwn(value, step)) collect(value[step], path, depth + 1, found);
}

export interface Place {
  readonly path: Path;
  /** The objects on the way, outermost first, without the target itself. */
  readonly ancestors: readonly JsonObject[];
}

/** Where each target is. Walked only when an error or a context needs to know, which is seldom. */
export function placesOf(root: JsonObject, path: TargetPath): ReadonlyMap<JsonObject, Place> {
  const places = new Map<JsonObject, Place>();
  const walk = (value: unknown, depth: number, at: Path, ancestors: readonly JsonObject[]): void => {
    const step = path[depth];
    if (step === undefined) {
      if (isObject(value)) places.set(value, { path: at, ancestors });
    } else if (step === '@') {
      if (Array.isArray(value))
        for (const [index, element] of value.entries()) walk(element, depth + 1, [...at, index], ancestors);
    } else if (isObject(value) && Object.hasOwn(value, step))
      walk(value[step], depth + 1, [...at, step], [...ancestors, value]);
  };
  walk(root, 0, [], []);
  return places;
}
