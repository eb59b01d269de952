/** A service with one worker, for the test that kills it. Tells its parent the worker's process id. */
import { pino } from 'pino';
import { createChildProcessExecutor } from '../child-process-executor.ts';

const [entry] = process.argv.slice(2);
const executor = createChildProcessExecutor({
  entry: JSON.parse(entry ?? '""') as string,
  env: {},
  niceness: 0,
  logger: pino({ level: 'silent' }),
});
const worker = executor.start({ behaviour: 'until-stopped' });
for await (const message of worker.messages) process.send?.(message as object);
