/** A fixed budget of generated operations on every supergraph of the suite; `npm run fuzz -w @fathom/gateway` spends more, see `run.ts`. */
import { describe, expect, test } from 'vitest';
import { loadSuites } from '../federation/load-suites.ts';
import { fuzz } from './fuzz.ts';

const suites = await loadSuites();
const runs = 12;

describe('generated operations find no crash, no hang and no disagreement on', () => {
  for (const suite of suites)
    test(suite.name, async () => {
      const { operations, invalid } = await fuzz({ suite, runs, seed: 5, maxOperationMs: 30_000 });
      // An effort that is lost on invalid operations would prove nothing.
      expect(operations).toBeGreaterThan(invalid);
    });
});
