import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifactErrors } from './artifacts/artifact-errors.ts';
import { embeddedPostgresErrors } from './database/embedded/errors.ts';
import { migrationErrors } from './database/migrate.ts';
import { AppError, defineErrors, type ErrorTable, platformErrors } from './errors.ts';
import { jobErrors } from './jobs/job-log.ts';

const tables: ErrorTable = {
  ...platformErrors,
  ...artifactErrors,
  ...migrationErrors,
  ...embeddedPostgresErrors,
  ...jobErrors,
};

it('lists exactly the codes of its tables in the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const documented = readme.slice(readme.indexOf('## Error codes')).split('\n').slice(4).filter(Boolean);
  expect(documented).toEqual(
    Object.entries(tables).map(
      ([code, { status, retryable = false, message }]) =>
        `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`,
    ),
  );
});

describe('an error of a table', () => {
  const raise = defineErrors({ UNKNOWN_MODEL: { message: 'There is no such model.', status: 404 } });

  it('has the table’s code, status and message, with the reason after a colon', () => {
    const cause = new Error('no row');
    const error = raise('UNKNOWN_MODEL', { because: '"gpt"', details: { name: 'gpt' }, cause });
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'UNKNOWN_MODEL',
      status: 404,
      retryable: false,
      details: { name: 'gpt' },
      cause,
    });
    expect(error.message).toBe('There is no such model: "gpt"');
  });
});
