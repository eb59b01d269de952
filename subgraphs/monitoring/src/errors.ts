import type { ErrorTable } from '@fathom/platform/errors';

/** This service raises the platform's codes only; expected refusals are members of result unions. */
export const errors = {} as const satisfies ErrorTable;
