/** `npm start` with two small services in place of the real ones; `<service>=<behaviour>` arguments misdirect them. */
import { fileURLToPath } from 'node:url';
import { runLocal } from '../run-local.ts';

const behaviours = new Map(process.argv.slice(2).map((argument) => argument.split('=') as [string, string]));
const entry = fileURLToPath(new URL('./fixture-service.ts', import.meta.url));

await runLocal(
  ['inference', 'gateway'].map((name) => ({
    name,
    entry,
    environment: ({ bootstrapKeyFile }) => ({
      FIXTURE_NAME: name,
      FIXTURE_BEHAVIOUR: behaviours.get(name) ?? '',
      ...(name === 'gateway' ? { FATHOM_BOOTSTRAP_KEY_FILE: bootstrapKeyFile } : {}),
    }),
  })),
);
