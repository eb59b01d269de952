import pino from 'pino';
import { openStreamBuffer } from './open-stream-buffer.ts';
import { streamBufferContract } from './stream-buffer.contract.ts';

streamBufferContract(
  'in-process',
  async () => {
    // Within one process every caller has the one buffer.
    const buffer = await openStreamBuffer({ logger: pino({ level: 'silent' }), pollMs: 50 });
    return { open: async () => ({ ...buffer, close: async () => undefined }), close: () => buffer.close() };
  },
  { isShared: false },
);
