/** `npm start`: the whole product on one machine. */
import { runLocal } from './run-local.ts';
import { serviceTable } from './service-table.ts';

await runLocal(serviceTable());
