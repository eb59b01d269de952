import { defineErrors, type ErrorTable, platformErrors } from '../errors.ts';

/** Why an artifact cannot be stored or used. */
export const artifactErrors = {
  ARTIFACT_CORRUPT: {
    message: 'The stored artifact is not what was stored. Restore it, or store it again from its source.',
    status: 500,
  },
  NOT_FOUND: platformErrors.NOT_FOUND,
  BAD_USER_INPUT: platformErrors.BAD_USER_INPUT,
  STORAGE_FULL: platformErrors.STORAGE_FULL,
  DEPENDENCY_UNAVAILABLE: platformErrors.DEPENDENCY_UNAVAILABLE,
} as const satisfies ErrorTable;

export const raiseArtifact = defineErrors(artifactErrors);
