import { baseEnv, portVariable } from '@fathom/platform/env';

export const env = baseEnv.extend({ PORT: portVariable(4005) });
