import type { Database } from '../database/database.ts';

/** A database that counts the statements sent outside transactions: the evidence that a loader batches. */
export function countQueries(database: Database): {
  readonly database: Database;
  count(): number;
  reset(): void;
} {
  let count = 0;
  const counted: Database = {
    ...database,
    query: (sql, params) => {
      count += 1;
      return database.query(sql, params);
    },
    maybeOne: (sql, params) => {
      count += 1;
      return database.maybeOne(sql, params);
    },
    one: (sql, params) => {
      count += 1;
      return database.one(sql, params);
    },
  };
  return {
    database: counted,
    count: () => count,
    reset: () => {
      count = 0;
    },
  };
}
