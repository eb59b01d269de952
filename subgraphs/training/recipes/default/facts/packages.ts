import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

/** Reads files of the npm packages the facts come from. The only file of the data pipeline that touches the disk. */
const require = createRequire(import.meta.url);

/** The folder npm installed a package into; follows hoisting as Node does. */
export function packageFolder(name: string): string {
  return path.dirname(require.resolve(`${name}/package.json`));
}

export function packageVersion(name: string): string {
  const manifest = readFileSync(path.join(packageFolder(name), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}

export function readPackageText(name: string, file: string): string {
  return readFileSync(path.join(packageFolder(name), file), 'utf8');
}

const rowSchema = z.looseObject({ country: z.string() });
export type CountryRow = z.infer<typeof rowSchema>;

/** One of country-json's tables, for example `capital-city`. */
export function readCountryTable(table: string): {
  readonly file: string;
  readonly rows: readonly CountryRow[];
} {
  const name = `src/country-by-${table}.json`;
  const rows = z.array(rowSchema).parse(JSON.parse(readPackageText('country-json', name)));
  return { file: `country-json/${name}`, rows };
}
