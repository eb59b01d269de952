/**
 * A service as the supervisor sees one: ready over IPC, /readyz, the gateway's key and answer. FIXTURE_<NAME> makes it
 * misbehave: `crash` ends it at the start, `unready` never lets it become ready.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { listen } from '@fathom/platform/server/listen';
import { runService } from '@fathom/platform/server/run-service';

const {
  PORT = '0',
  FIXTURE_NAME: name = 'fixture',
  FIXTURE_BEHAVIOUR: behaviour,
  FATHOM_BOOTSTRAP_KEY_FILE: keyFile,
} = process.env;

await runService(name, async () => {
  if (behaviour === 'crash') throw new Error('the model file is corrupt');
  if (keyFile)
    await writeFile(keyFile, 'fth_first_secret\n', { mode: 0o600, flag: 'wx' }).catch(() => undefined);
  const ok = behaviour !== 'unready';
  const server = createServer((request, response) => {
    if (request.url === '/graphql') response.end('{"data":{"__typename":"Query"}}');
    else {
      const checks = {
        database: { ok: true, detail: 'answers', implementation: 'PostgreSQL 18' },
        engine: { ok, detail: 'the model is loading' },
      };
      response.end(
        JSON.stringify({
          status: ok ? 'ready' : 'not ready',
          checks,
          facts: name === 'inference' ? { devices: 'cpu' } : {},
        }),
      );
    }
  });
  const port = await listen(server, { host: '127.0.0.1', port: Number(PORT) });
  return {
    port,
    close: async () => {
      process.stdout.write(`${JSON.stringify({ 'log.level': 'info', message: 'closed' })}\n`);
      server.close();
      server.closeAllConnections();
    },
  };
});
