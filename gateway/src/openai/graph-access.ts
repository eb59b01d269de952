/** The graph as the façade's files and jobs see it: checked-in operations, on behalf of one caller. */
import type { AppError } from '@fathom/platform/errors';
import type { GatewayContext } from '../context.ts';
import { type GatewayErrorCode, raise } from '../errors.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import { createContext, type GatewayService } from '../transports/gateway-service.ts';
import { dataOfCall, streamCall } from '../transports/graph-calls.ts';
import type { Caller } from './generation-run.ts';

interface GraphPage<Item> {
  readonly items: readonly Item[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

export interface PageBehind<Item> {
  /** As the client wrote it. */
  readonly limit: string | null;
  /** The id of an item; the graph's cursors are not what clients of this API have. */
  readonly after: string | undefined;
  readonly page: (first: number, after: string | null) => Promise<GraphPage<Item>>;
}

export interface GraphAccess {
  readonly caller: Caller;
  /** The data. Throws AppError for the first error. */
  call<Data>(operation: string, variables: Readonly<Record<string, unknown>>): Promise<Data>;
  /** The data of each event; leaving it ends the subscription. */
  stream<Data>(operation: string, variables: Readonly<Record<string, unknown>>): AsyncGenerator<Data>;
  context(): GatewayContext;
  pageBehind<Item extends { readonly id: string }>(
    options: PageBehind<Item>,
  ): Promise<{ readonly items: readonly Item[]; readonly hasMore: boolean }>;
}

const pageSize = 100;
/** So many pages are looked through for the item that a page begins behind. */
const maxPages = 100;

export function createGraphAccess(
  service: GatewayService,
  operations: CheckedInOperations,
  caller: Caller,
): GraphAccess {
  const callOf = (operation: string, variables: Readonly<Record<string, unknown>>) => {
    const { source, name } = operations.get(operation);
    return { ...caller, transport: 'openai', document: source, operationName: name, variables } as const;
  };
  return {
    caller,
    call: (operation, variables) => dataOfCall(service, callOf(operation, variables)),
    stream: (operation, variables) => streamCall(service, callOf(operation, variables)),
    context: () => createContext(service, caller),
    async pageBehind({ limit, after, page }) {
      const wanted = Number(limit ?? 20);
      if (!Number.isInteger(wanted) || wanted < 1 || wanted > pageSize)
        throw raise('BAD_USER_INPUT', { because: '`limit` is 1 to 100', details: { param: 'limit' } });
      if (after === undefined) {
        const { items, hasNextPage } = await page(wanted, null);
        return { items, hasMore: hasNextPage };
      }
      let cursor: string | null = null;
      for (let pages = 0; pages < maxPages; pages += 1) {
        const { items, hasNextPage, endCursor }: GraphPage<never> = (await page(
          pageSize,
          cursor,
        )) as GraphPage<never>;
        const place = (items as readonly { id: string }[]).findIndex(({ id }) => id === after);
        if (place >= 0) {
          const rest = items.slice(place + 1);
          const more = rest.length < wanted && hasNextPage ? await page(pageSize, endCursor) : undefined;
          const all = [...rest, ...(more?.items ?? [])];
          return {
            items: all.slice(0, wanted),
            hasMore: all.length > wanted || (more?.hasNextPage ?? hasNextPage),
          };
        }
        if (!hasNextPage || endCursor === null) break;
        cursor = endCursor;
      }
      throw raise('NOT_FOUND', {
        because: `nothing of the id ${JSON.stringify(after)}`,
        details: { param: 'after' },
      });
    },
  };
}

const codes: Readonly<Record<string, GatewayErrorCode>> = {
  NotFound: 'NOT_FOUND',
  DataSetInUse: 'FILE_IN_USE',
  ModelVersionInUse: 'MODEL_IN_USE',
};

/** A refusal that is a member of a result union, as this API has it. */
export function refusalOf(
  refusal: { readonly __typename: string; readonly message: string },
  param: string | null,
): AppError {
  return raise(codes[refusal.__typename] ?? 'BAD_USER_INPUT', {
    because: refusal.message,
    details: { param },
  });
}
