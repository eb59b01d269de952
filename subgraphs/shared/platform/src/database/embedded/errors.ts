import { defineErrors, type ErrorTable } from '../../errors.ts';

/** Why an embedded PostgreSQL could not start. They reach the person at the terminal, not the API. */
export const embeddedPostgresErrors = {
  POSTGRES_PORT_IN_USE: {
    message: 'The port for PostgreSQL is taken by another program. Stop it, or choose another port.',
    status: 503,
    retryable: true,
  },
  POSTGRES_DATA_IN_USE: {
    message:
      'The data folder is in use by another running Fathom. Stop it, or choose another FATHOM_DATA_DIR.',
    status: 503,
    retryable: true,
  },
  POSTGRES_DATA_INCOMPATIBLE: {
    message: 'The data folder cannot be used by this PostgreSQL. Nothing in it was changed.',
    status: 500,
  },
  POSTGRES_UNSUPPORTED: {
    message: 'The embedded PostgreSQL cannot run on this machine. Set DATABASE_URL to a PostgreSQL server.',
    status: 500,
  },
  POSTGRES_START_FAILED: {
    message: 'The embedded PostgreSQL did not start.',
    status: 500,
  },
  STORAGE_FULL: {
    message: 'The disk that holds the data is full. Free space, then retry.',
    status: 507,
    retryable: true,
  },
} as const satisfies ErrorTable;

export const raiseEmbedded = defineErrors(embeddedPostgresErrors);
