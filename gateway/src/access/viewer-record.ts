import type { Identity } from '@fathom/platform/identity';

export interface ViewerRecord extends Identity {
  readonly expiresAt: Date | null;
}
