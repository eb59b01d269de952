import type { GatewayContext } from '../context.ts';
import type { Budgets } from '../limits/budgets.ts';
import type { AuditStore } from '../stores/audit-store.ts';
import type { BudgetStore } from '../stores/budget-store.ts';
import type { ApiKeys } from './api-keys.ts';

/** Of the gateway's own part of the graph. */
export interface AccessContext extends GatewayContext {
  readonly apiKeys: ApiKeys;
  /** Absent where nothing is counted. */
  readonly budgets: Budgets | undefined;
  readonly usage: Pick<BudgetStore, 'dailyUsage'>;
  readonly auditEvents: Pick<AuditStore, 'list'>;
}
