import DataLoader from 'dataloader';

/** A loader of the rows that belong to a key, in the order the query gives them: one query a batch, `[]` where there are none. */
export function createGroupedLoader<Row>(
  loadRows: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string | null,
): DataLoader<string, readonly Row[]> {
  return new DataLoader(async (keys) => {
    const groups = new Map<string, Row[]>(keys.map((key) => [key, []]));
    for (const row of await loadRows(keys)) groups.get(keyOf(row) ?? '')?.push(row);
    return keys.map((key) => groups.get(key) ?? []);
  });
}

/** A loader a value of an argument: rows of different limits cannot share a query. */
export function loaderByArgument<Loader>(create: (argument: number) => Loader): (argument: number) => Loader {
  const loaders = new Map<number, Loader>();
  return (argument) => {
    const loader = loaders.get(argument) ?? create(argument);
    loaders.set(argument, loader);
    return loader;
  };
}
