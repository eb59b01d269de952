/** How an unmet requirement is told. */
import type { AppError } from '@fathom/platform/errors';
import type { GraphQLFormattedError } from 'graphql';
import { raise } from '../errors.ts';
import { toGraphQLError } from '../operations/refusal.ts';
import type { Requirement } from './requirements.ts';

export function forbiddenError(requirement: Requirement): AppError {
  if (requirement.kind === 'authenticated') return raise('UNAUTHENTICATED');
  const { kind, anyOf } = requirement;
  const [first = []] = anyOf;
  const [only] = first;
  const because = `it needs ${anyOf.map((all) => all.map((name) => `"${name}"`).join(' and ')).join(', or ')}`;
  return raise('FORBIDDEN', {
    because,
    details:
      kind === 'policies'
        ? { requiredPolicies: anyOf }
        : {
            requiredScopes: anyOf,
            // As the services tell it, where there is no choice.
            ...(anyOf.length === 1 && first.length === 1 ? { requiredScope: only } : {}),
          },
  });
}

export function forbidden(requirement: Requirement): GraphQLFormattedError {
  const { message, extensions } = toGraphQLError(forbiddenError(requirement));
  return { message, extensions };
}
