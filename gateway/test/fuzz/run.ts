/**
 * The fuzzer for as long as one likes:
 *
 *   npm run fuzz -w @fathom/gateway -- [--minutes 10] [--runs 200] [--seed 7] [--suite ledger] [--http]
 *
 * `--http`: at a gateway in a process of its own, see `fuzz-http.ts`; else in this one, see `fuzz.ts`.
 *
 * Every round takes the next seed, in each `runs` operations a property and supergraph. A finding ends it with the supergraph, the seed
 * and the smallest operation that shows it, and exit code 1; the same seed and runs find it again.
 */
import { parseArgs } from 'node:util';
import { loadSuites } from '../federation/load-suites.ts';
import { fuzz } from './fuzz.ts';
import { startFuzzingOverHttp } from './fuzz-http.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    suite: { type: 'string' },
    http: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const endsAt = Date.now() + Number(values.minutes) * 60_000;
const suites = (await loadSuites()).filter(({ name }) => values.suite === undefined || name === values.suite);
if (suites.length === 0) throw new Error(`there is no suite ${values.suite}`);
const overHttp = values.http ? await startFuzzingOverHttp(suites) : undefined;
const total = { operations: 0, refused: 0 };
for (let seed = Number(values.seed); Date.now() < endsAt; seed += 1) {
  for (const suite of suites) {
    if (Date.now() >= endsAt) break;
    try {
      const { operations, refused } = overHttp
        ? await overHttp.fuzz({ suite, runs, seed })
        : await fuzz({ suite, runs, seed, maxOperationMs: 30_000 });
      total.operations += operations;
      total.refused += refused;
    } catch (error) {
      const [found, cause] =
        error instanceof Error ? [error.message, error.cause] : [String(error), undefined];
      const because = cause instanceof Error ? `\n${cause.message}` : '';
      process.stdout.write(`${suite.name}, --seed ${seed} --runs ${runs}: ${found}${because}\n`);
      if (values['keep-going']) continue;
      await overHttp?.close();
      process.exit(1);
    }
  }
  process.stdout.write(
    `seed ${seed}: ${total.operations} operations, of which ${total.refused} were refused for their variables\n`,
  );
}
await overHttp?.close();
