import { artifactVariables } from '@fathom/platform/artifacts/artifact-env';
import { readEnv } from '@fathom/platform/env';
import { z } from 'zod';

/** A worker is given what leads to the artifacts and nothing else: it reaches neither the database nor the broker. */
export const workerEnv = () => readEnv(z.object({ FATHOM_DATA_DIR: z.string(), ...artifactVariables }));
