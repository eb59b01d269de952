/** What is refused of texts to be read, as the members of result unions. */
import type { Refusal } from '../domain/refusal.ts';
import type { UnknownModelRefusal } from '../runtime/find-model.ts';
import type { OverloadRefusal } from '../runtime/read.ts';

export function textRefusal(refused: Refusal | UnknownModelRefusal | OverloadRefusal) {
  switch (refused.kind) {
    case 'invalid':
      return { __typename: 'InvalidInput' as const, message: refused.message, field: refused.field };
    case 'unknown-model': {
      const { message, model, available } = refused;
      return { __typename: 'UnknownModel' as const, message, model, available };
    }
    case 'overloaded': {
      const { message, retryAfterMs } = refused;
      return { __typename: 'Overloaded' as const, message, retryAfterMs };
    }
  }
}
