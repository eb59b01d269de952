/**
 * The fuzzer for as long as one likes: `npm run fuzz -w @fathom/gateway -- [minutes] [seed]`. Every round takes another seed; a
 * finding ends it with the smallest operation that shows it, and exit code 1.
 */
import { loadSuites } from '../federation/load-suites.ts';
import { fuzz } from './fuzz.ts';

const [minutes = '10', firstSeed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const endsAt = Date.now() + Number(minutes) * 60_000;
const suites = await loadSuites();
let operations = 0;
for (let seed = Number(firstSeed); Date.now() < endsAt; seed += 1) {
  for (const suite of suites) {
    if (Date.now() >= endsAt) break;
    try {
      operations += (await fuzz({ suite, runs: 200, seed, maxOperationMs: 30_000 })).operations;
    } catch (error) {
      const [found, cause] =
        error instanceof Error ? [error.message, error.cause] : [String(error), undefined];
      const because = cause instanceof Error ? `\n${cause.message}` : '';
      process.stdout.write(`${suite.name}, seed ${seed}: ${found}${because}\n`);
      process.exit(1);
    }
  }
  process.stdout.write(`seed ${seed}: ${operations} operations, nothing found\n`);
}
