/**
 * Errors of one fetch as the client sees them: under the client's names, with paths from the root of its operation,
 * with a code and the service they came from.
 */
import type { GraphQLFormattedError } from 'graphql';
import { raise } from '../errors.ts';
import { type ErrorScope, formatExecutionError } from '../operations/format-result.ts';
import { toGraphQLError } from '../operations/refusal.ts';
import type { Path, ShapeProblem } from './shape-answer.ts';

/** Where no answer came, everything it would have filled is missing; an error names at most so many places. */
const maxPlaces = 20;

export interface ErrorPlaces {
  /** Where the answer's data goes: one place for root fields, several for an entity that occurs several times. */
  of(errorPath: Path | undefined): readonly Path[];
  /** Everything the fetch was to fill. */
  all(): readonly Path[];
}

/** One error of a subgraph's answer. */
export function subgraphErrors(
  service: string,
  error: GraphQLFormattedError,
  places: ErrorPlaces,
): readonly GraphQLFormattedError[] {
  const { http: _http, stacktrace: _trace, exception: _exception, ...extensions } = error.extensions ?? {};
  const coded = { code: 'DOWNSTREAM_SERVICE_ERROR', ...extensions, serviceName: service };
  const message = error.message || `${service} answered with an error that has no message.`;
  const paths = places.of(error.path);
  if (paths.length === 0) return [{ message, extensions: coded }];
  return paths.map((path) => ({ message, path: [...path], extensions: coded }));
}

/** No answer came, or none that could be used. */
export function failedFetchErrors(
  error: unknown,
  places: ErrorPlaces,
  scope: ErrorScope,
): readonly GraphQLFormattedError[] {
  const formatted = formatExecutionError(error, scope);
  const paths = places.all();
  if (paths.length === 0) return [formatted];
  const unnamed = paths.length - maxPlaces;
  const extensions = unnamed > 0 ? { ...formatted.extensions, furtherPlaces: unnamed } : formatted.extensions;
  return paths
    .slice(0, maxPlaces)
    .map((path) => ({ ...formatted, path: [...path], ...(extensions ? { extensions } : {}) }));
}

/** What is null although no subgraph said why. A problem that an error explains already is not told twice. */
export function problemErrors(
  problems: readonly ShapeProblem[],
  errors: readonly GraphQLFormattedError[],
): readonly GraphQLFormattedError[] {
  return problems
    .filter(
      ({ path }) =>
        !errors.some((error) => !error.path || isWithin(error.path, path) || isWithin(path, error.path)),
    )
    .map(({ path, because }) => ({
      ...toGraphQLError(raise('SUBGRAPH_BAD_ANSWER', { because })).toJSON(),
      path: [...path],
    }));
}

function isWithin(outer: Path, inner: Path): boolean {
  return outer.length <= inner.length && outer.every((element, index) => element === inner[index]);
}
