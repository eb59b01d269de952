/** What a service sent, as the answer of a GraphQL server, or the error that says what it is instead. */
import { raise } from '../errors.ts';
import { isObject, type JsonObject } from '../execution/shape-answer.ts';
import type { SubgraphAnswer } from './subgraph.ts';

/** Throws SUBGRAPH_UNAVAILABLE for a proxy's error page or a service that drains, SUBGRAPH_BAD_ANSWER for the rest. */
export function readAnswer(service: string, status: number, text: string): SubgraphAnswer {
  const bad = (because: string, cause?: unknown) =>
    // A proxy says by its status that the service behind it is gone; what it sends with it is for people.
    raise(status >= 500 ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_BAD_ANSWER', {
      because: `${service} answered ${status} with ${because}`,
      details: { serviceName: service },
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw bad('something that is not JSON', cause);
  }
  if (!isObject(json) || !isGraphQL(json)) throw bad('something that is not GraphQL');
  const answer: SubgraphAnswer = Object.assign(json, { bytes: Buffer.byteLength(text) });
  if (status === 503 && answer.errors?.some(({ extensions }) => extensions?.['code'] === 'SHUTTING_DOWN'))
    throw raise('SUBGRAPH_UNAVAILABLE', {
      because: `${service} is draining`,
      details: { serviceName: service },
    });
  return answer;
}

function isGraphQL({ data, errors, extensions }: JsonObject): boolean {
  return (
    (isObject(data) || ((data === undefined || data === null) && errors !== undefined)) &&
    (errors === undefined || (Array.isArray(errors) && errors.every(isError))) &&
    (extensions === undefined || extensions === null || isObject(extensions))
  );
}

function isError(error: unknown): boolean {
  if (!isObject(error) || typeof error['message'] !== 'string') return false;
  const { path, extensions } = error;
  return (
    (path === undefined || path === null || (Array.isArray(path) && path.every(isPathElement))) &&
    (extensions === undefined || extensions === null || isObject(extensions))
  );
}

function isPathElement(element: unknown): boolean {
  return typeof element === 'string' || typeof element === 'number';
}
