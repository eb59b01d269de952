import type { ApiKeyResolvers } from '../../__generated__/resolvers.ts';
import type { ApiKeyStatus } from '../../__generated__/schema.ts';
import { invalidity } from '../../auth/api-key-directory.ts';

const statuses: Readonly<Record<string, ApiKeyStatus>> = { KEY_REVOKED: 'REVOKED', KEY_EXPIRED: 'EXPIRED' };

export const apiKey: ApiKeyResolvers = {
  status: (record) => statuses[invalidity(record, Date.now()) ?? ''] ?? 'ACTIVE',
};
