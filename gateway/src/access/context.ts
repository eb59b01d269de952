import type { GatewayContext } from '../context.ts';
import type { AuditStore } from '../stores/audit-store.ts';
import type { ApiKeys } from './api-keys.ts';

/** Of the gateway's own part of the graph. */
export interface AccessContext extends GatewayContext {
  readonly apiKeys: ApiKeys;
  readonly auditEvents: Pick<AuditStore, 'list'>;
}
