/** A query or mutation over HTTP: one question and its answer, never asked again by itself. */
import { type DocumentNode, type ExecutionResult, print, type TypedQueryDocumentNode } from 'graphql';
import { FathomError } from './fathom-error.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Document<Data, Vars extends Values> = string | TypedQueryDocumentNode<Data, Vars>;

export const textOf = (query: string | DocumentNode): string =>
  typeof query === 'string' ? query : print(query);

/** Throws {@link FathomError} with the first error's code. */
export function createRequest(url: string, credential: () => Promise<{ readonly authorization?: string }>) {
  return async <Data, Vars extends Values>(
    document: Document<Data, Vars>,
    variables?: Vars,
  ): Promise<Data> => {
    const headers = { 'content-type': 'application/json', ...(await credential()) };
    const body = JSON.stringify({ query: textOf(document), variables });
    const { data, errors } = await fetch(url, { method: 'POST', headers, body })
      .then((response) => response.json() as Promise<ExecutionResult<Data>>)
      .catch((cause: unknown) => Promise.reject(FathomError.of(cause)));
    if (errors) throw FathomError.of(errors);
    return data as Data;
  };
}
