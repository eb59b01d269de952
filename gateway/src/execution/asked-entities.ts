/** The entities that one fetch asks a service for: each once, however often it occurs, and not too many at once. */
import type { AppError } from '@fathom/platform/errors';
import { raise } from '../errors.ts';
import type { FetchStep } from './compile-plan.ts';
import type { JsonObject } from './shape-answer.ts';

/** However many one list holds, no fetch asks a service for more at once; the others go beside it. */
export const maxEntitiesPerFetch = 1_000;
/** A list may be longer than its cost says. What it would have other services do has an end here. */
export const maxEntitiesPerAnswer = 10_000;

export function tooManyEntities(service: string): AppError {
  return raise('TOO_MANY_ENTITIES', {
    because: `${service} would be asked for more than the ${maxEntitiesPerAnswer} that one answer may need`,
    details: { maxEntities: maxEntitiesPerAnswer, serviceName: service },
  });
}

/** One entity as it is asked for, and the objects that it fills. */
export interface Asked {
  readonly json: string;
  readonly targets: JsonObject[];
}

/** What an entity is remembered by; `variablesJson` without the representations. */
export function entityKeys({ identity }: FetchStep, variablesJson: string): (entity: Asked) => string {
  return ({ json }) => `${identity} ${variablesJson} ${json}`;
}

/** Each entity once, however often it occurs: the JSON of a representation is its identity. */
export function representationsOf(
  { represent }: FetchStep,
  targets: readonly JsonObject[],
): readonly Asked[] {
  const asked = new Map<string, Asked>();
  for (const target of targets) {
    const representation = represent?.(target);
    if (!representation) continue;
    const json = JSON.stringify(representation);
    const known = asked.get(json);
    if (known) known.targets.push(target);
    else asked.set(json, { json, targets: [target] });
  }
  return [...asked.values()];
}

export function batchesOf(asked: readonly Asked[]): readonly (readonly Asked[])[] {
  const count = Math.ceil(asked.length / maxEntitiesPerFetch);
  return Array.from({ length: count }, (_, index) =>
    asked.slice(index * maxEntitiesPerFetch, (index + 1) * maxEntitiesPerFetch),
  );
}
