import { type InvalidInput, invalid, type NotFound } from '@fathom/platform/refusals';

export const invalidInput = (field: string, message: string): InvalidInput => invalid({ field, message });

/** Views are asked for by name, which is what the client gave and gets back. */
export function viewNotFound(name: string): NotFound {
  return { __typename: 'NotFound', id: name, message: `There is no feature view "${name}".` };
}
