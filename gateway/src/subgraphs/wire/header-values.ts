import { identityHeader } from '@fathom/platform/identity';

/** What must not stand in a header: it would begin another. */
const unsafe = /[^\t\x20-\x7e]/;

/**
 * The first name whose value has it; `headers`: names and values in turn. An identity is base64url and points, and comes from this
 * gateway's own signer: it is the longest of all values and is not searched.
 */
export function unsafeHeaderIn(headers: readonly string[]): string | undefined {
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index] !== identityHeader && unsafe.test(headers[index + 1] ?? '')) return headers[index];
  return undefined;
}
