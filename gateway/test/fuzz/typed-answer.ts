/** What a client may get from the gateway, whatever goes wrong behind it. */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { gatewayErrors } from '../../src/errors.ts';
import type { HttpAnswer } from './watched-gateway.ts';

/** The answer, if it is one that a client may get. */
export function typed({ status, text }: HttpAnswer): FormattedExecutionResult {
  if (status >= 500) throw new Error(`status ${status}: ${text}`);
  let result: FormattedExecutionResult;
  try {
    result = JSON.parse(text) as FormattedExecutionResult;
  } catch (cause) {
    throw new Error(`status ${status}, no JSON: ${text}`, { cause });
  }
  requireCodes(result.errors, text);
  if (result.data === undefined && !result.errors?.length)
    throw new Error(`neither data nor errors: ${text}`);
  return result;
}

/** Throws where an error has not the code of one of the gateway's table, or of a service that is named beside it. */
export function requireCodes(
  errors: readonly GraphQLFormattedError[] = [],
  text = JSON.stringify(errors),
): void {
  for (const { extensions } of errors) {
    const code = extensions?.['code'];
    // Codes of services pass through, with the service beside them.
    const isOurs = typeof code === 'string' && Object.hasOwn(gatewayErrors, code);
    if (code === 'INTERNAL_SERVER_ERROR' || (!isOurs && extensions?.['serviceName'] === undefined))
      throw new Error(`an error without a cause: ${text}`);
  }
}
