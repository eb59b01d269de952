import DataLoader from 'dataloader';

/** A loader of rows by id: one query a batch, `null` where there is no row. Make it for one request. */
export function createByIdLoader<Row extends { readonly id: string }>(
  loadRows: (ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await loadRows(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}
