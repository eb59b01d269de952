import { encodeCursor } from '@fathom/platform/cursor';
import { requireScope } from '@fathom/platform/server/scopes';
import type { AlertEventResolvers, AlertResolvers, AlertRuleResolvers } from '../__generated__/resolvers.ts';
import type { AlertRule as Rule } from '../domain/alerting.ts';
import { rules } from '../domain/rules.ts';
import type { AlertRecord } from '../mappers.ts';

export const Alert: AlertResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'monitoring:read');
    return loaders.alert.load(id);
  },
  rule: ({ rule, severity }) =>
    ruleNamed(rule) ?? { name: rule, severity, description: 'A rule of an earlier release.', forSeconds: 0 },
  service: ({ service }, _, { loaders }) => (service === null ? null : loaders.service.load(service)),
};

export const AlertRule: AlertRuleResolvers = {
  async __resolveReference({ name }, { identity }) {
    requireScope(identity, 'monitoring:read');
    return ruleNamed(name) ?? null;
  },
};

export const AlertEvent: AlertEventResolvers = {
  // Alerts are never deleted, so an event's alert is there.
  alert: async ({ alertId }, _, { loaders }) => (await loaders.alert.load(alertId)) as AlertRecord,
  cursor: ({ sequence }) => encodeCursor([String(sequence)]),
};

function ruleNamed(name: string): Rule | undefined {
  return rules.find((rule) => rule.name === name);
}
