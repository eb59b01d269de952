import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import type { DataSet } from './store-data-set.ts';

export type ListedDataSet = Omit<DataSet, '__typename'>;

interface Page {
  readonly dataSets: {
    readonly edges: readonly { readonly node: ListedDataSet }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** Newest first, page by page; of all names, or the versions of one. */
export async function* listedDataSets(
  client: FathomClient,
  name: string | undefined,
): AsyncGenerator<ListedDataSet, void, undefined> {
  let after: string | null = null;
  for (;;) {
    const { dataSets }: Page = await client.request<Page, Record<string, unknown>>(
      readOperation('list-data-sets'),
      { first: 100, after, name: name ?? null },
    );
    for (const { node } of dataSets.edges) yield node;
    if (!dataSets.pageInfo.hasNextPage) return;
    after = dataSets.pageInfo.endCursor;
  }
}
