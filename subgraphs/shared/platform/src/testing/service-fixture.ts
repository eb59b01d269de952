/** A service without parts, for the tests of what starts and stops services. Its behaviour is its first argument. */
import { createServer } from 'node:http';
import { z } from 'zod';
import { portVariable, readEnv } from '../env.ts';
import { listen } from '../server/listen.ts';
import { runService } from '../server/run-service.ts';

const [behaviour = 'serve'] = process.argv.slice(2);

await runService('fixture', async () => {
  const env = readEnv(z.object({ PORT: portVariable(0) }));
  if (behaviour === 'fail') throw new Error('the model file is corrupt');
  const server = createServer((_request, response) => response.end('served'));
  const port = await listen(server, { host: '127.0.0.1', port: env.PORT });
  return {
    port,
    close: async () => {
      process.stdout.write('closed\n');
      server.close();
    },
  };
});
