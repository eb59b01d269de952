/** The fuzzer through HTTP with a fixed budget; `npm run fuzz -w @fathom/gateway -- --http` spends more, see `run.ts`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSuites } from '../federation/load-suites.ts';
import { type FuzzedOverHttp, startFuzzingOverHttp } from './fuzz-http.ts';

const suites = await loadSuites();
const runs = 5;

let fuzzing: FuzzedOverHttp;
beforeAll(async () => {
  fuzzing = await startFuzzingOverHttp(suites);
});
afterAll(() => fuzzing?.close());

describe('a gateway under watch neither dies nor hangs, and answers as it must, asked through HTTP on', () => {
  for (const suite of suites)
    test(suite.name, async () => {
      const { operations, invalid } = await fuzzing.fuzz({ suite, runs, seed: 7 });
      // An effort that is lost on invalid operations would prove nothing.
      expect(operations).toBeGreaterThan(invalid);
    });
});
