import { encodeCursor } from '@fathom/platform/pagination';
import type { AlertEventResolvers, AlertResolvers, AlertRuleResolvers } from '../__generated__/resolvers.ts';
import type { AlertRule as Rule } from '../domain/alerting.ts';
import { rules } from '../domain/rules.ts';
import type { AlertRecord } from '../mappers.ts';

export const Alert: AlertResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.alert.load(id),
  rule: ({ rule, severity }) =>
    ruleNamed(rule) ?? { name: rule, severity, description: 'A rule of an earlier release.', forSeconds: 0 },
  service: ({ service }, _, { loaders }) => (service === null ? null : loaders.service.load(service)),
};

export const AlertRule: AlertRuleResolvers = {
  __resolveReference: ({ name }) => ruleNamed(name) ?? null,
};

export const AlertEvent: AlertEventResolvers = {
  // Alerts are never deleted, so an event's alert is there.
  alert: async ({ alertId }, _, { loaders }) => (await loaders.alert.load(alertId)) as AlertRecord,
  cursor: ({ sequence }) => encodeCursor([String(sequence)]),
};

function ruleNamed(name: string): Rule | undefined {
  return rules.find((rule) => rule.name === name);
}
