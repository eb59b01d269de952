import { readEnv } from '@fathom/platform/env';
import { z } from 'zod';

/** A worker is given this and no secret: it reaches neither the database nor the broker. */
export const workerEnv = () => readEnv(z.object({ FATHOM_DATA_DIR: z.string() }));
