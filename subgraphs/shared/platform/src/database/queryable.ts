import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { QueryResult } from 'pg';
import { type FailureContext, toDatabaseError } from './errors.ts';

export interface Queryable {
  query<Row>(sql: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  /** The only row, or undefined. Throws if there are more. */
  maybeOne<Row>(sql: string, params?: readonly unknown[]): Promise<Row | undefined>;
  /** The only row. Throws if there is none, or more. */
  one<Row>(sql: string, params?: readonly unknown[]): Promise<Row>;
}

export interface QueryObservation {
  readonly sql: string;
  readonly durationMs: number;
  readonly failed: boolean;
}

export type RunQuery = (sql: string, params: readonly unknown[]) => Promise<QueryResult>;

export interface QueryHooks {
  readonly schema: string;
  readonly onQuery?: ((observation: QueryObservation) => void) | undefined;
}

export function createQueryable(run: RunQuery, hooks: QueryHooks): Queryable {
  const query = async <Row>(sql: string, params: readonly unknown[] = []): Promise<readonly Row[]> => {
    const result: QueryResult | readonly QueryResult[] = await observed(sql, hooks, () => run(sql, params));
    // A script of several statements gives one result each; the last one is the script's.
    const last = Array.isArray(result) ? (result.at(-1) as QueryResult | undefined) : (result as QueryResult);
    return (last?.rows ?? []) as Row[];
  };
  return {
    query,
    maybeOne: async <Row>(sql: string, params?: readonly unknown[]) => {
      const rows = await query<Row>(sql, params);
      if (rows.length > 1) throw new Error(`Expected at most one row, got ${rows.length}: ${shorten(sql)}`);
      return rows[0];
    },
    one: async <Row>(sql: string, params?: readonly unknown[]) => {
      const rows = await query<Row>(sql, params);
      if (rows.length !== 1) throw new Error(`Expected one row, got ${rows.length}: ${shorten(sql)}`);
      return rows[0] as Row;
    },
  };
}

/** Runs a query under a span of the active trace (none outside a trace), reports it, and maps its error. */
export async function observed<T>(
  sql: string,
  { schema, onQuery }: QueryHooks,
  run: () => Promise<T>,
  context?: FailureContext,
): Promise<T> {
  const span = trace.getActiveSpan()
    ? trace.getTracer('fathom').startSpan(`postgres ${verbOf(sql)}`, {
        kind: SpanKind.CLIENT,
        attributes: {
          'db.system.name': 'postgresql',
          'db.namespace': schema,
          'db.query.text': shorten(sql, 500),
        },
      })
    : undefined;
  const start = performance.now();
  let failed = true;
  try {
    const result = await run();
    failed = false;
    return result;
  } catch (error) {
    span?.setStatus({ code: SpanStatusCode.ERROR, message: String((error as Error).message) });
    throw toDatabaseError(error, context);
  } finally {
    span?.end();
    onQuery?.({ sql, durationMs: performance.now() - start, failed });
  }
}

function verbOf(sql: string): string {
  return /[a-z]+/i.exec(sql)?.[0].toUpperCase() ?? 'QUERY';
}

function shorten(sql: string, maxLength = 120): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}
