import { createByIdLoader } from '@fathom/platform/by-id-loader';
import type { Database } from '@fathom/platform/database/database';
import DataLoader from 'dataloader';
import type { TimedSnapshot } from './domain/snapshot.ts';
import type { ServiceRecord } from './mappers.ts';
import { alertsByIds } from './stores/alert-store.ts';
import { snapshotsSince } from './stores/snapshot-store.ts';
import { statusesByName } from './stores/status-store.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** Made for one request. `services` are those that are watched; `now` is the moment that the whole request speaks of. */
export function createLoaders(database: Database, services: readonly string[], now: Date) {
  /** Every service's snapshots of the last so many seconds, and the one before: one query a window, however many ask. */
  const window = new DataLoader<number, ReadonlyMap<string, readonly TimedSnapshot[]>>((windows) =>
    Promise.all(
      windows.map((seconds) => snapshotsSince(database, services, new Date(now.getTime() - seconds * 1000))),
    ),
  );
  return {
    now,
    window,
    alert: createByIdLoader((ids) => alertsByIds(database, ids)),
    service: new DataLoader<string, ServiceRecord | null>(async (names) => {
      const rows = new Map((await statusesByName(database, names)).map((row) => [row.name, row]));
      return names.map((name) => rows.get(name) ?? (services.includes(name) ? neverChecked(name) : null));
    }),
  };
}

function neverChecked(name: string): ServiceRecord {
  return {
    name,
    status: 'UNKNOWN',
    detail: 'It was not looked at yet.',
    since: null,
    checkedAt: null,
    dependencies: [],
  };
}
