/** What each role may do. A key or token has the scopes of its roles and those named beside them. */
const services = ['inference', 'deep-learning', 'training', 'fine-tuning', 'features', 'monitoring'] as const;

export const roleScopes: Readonly<Record<string, readonly string[]>> = {
  /** Everything within its tenant. */
  admin: ['admin'],
  /** May also create keys for other tenants. Scopes come from its other roles. */
  operator: [],
  /** Trains, serves and observes models; does not manage keys. */
  engineer: services.map((service) => `${service}:*`),
  /** Asks, and sees what came of it. */
  user: ['inference:ask', 'inference:read', 'deep-learning:read', 'training:read', 'monitoring:read'],
  /** Reads everything, changes nothing. */
  viewer: services.map((service) => `${service}:read`),
};

export function scopesOf(roles: readonly string[], scopes: readonly string[]): readonly string[] {
  return [
    ...new Set([
      ...scopes,
      ...roles.flatMap((role) => (Object.hasOwn(roleScopes, role) ? (roleScopes[role] ?? []) : [])),
    ]),
  ];
}
