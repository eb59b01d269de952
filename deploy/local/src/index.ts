/** `npm start`: the whole product on one machine. */
import { buildConsole } from './build-console.ts';
import { runLocal } from './run-local.ts';
import { serviceTable } from './service-table.ts';

await runLocal(serviceTable(), buildConsole);
