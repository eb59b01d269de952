import pino from 'pino';
import { cacheContract } from './cache.contract.ts';
import { createInProcessCache } from './in-process-cache.ts';

cacheContract(
  'in-process',
  async () => {
    // Within one process every caller has the one cache.
    const cache = createInProcessCache({ logger: pino({ level: 'silent' }) });
    return { open: async () => ({ ...cache, close: async () => undefined }), close: () => cache.close() };
  },
  { hasServer: false },
);
