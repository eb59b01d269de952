/**
 * The HTTP status of a code, for protocols whose errors are statuses. In GraphQL a service's code needs none; here the
 * status decides whether a client library retries.
 */
import { gatewayErrors } from '../errors.ts';

/** Codes of services that a client must not take for a fault of the platform. */
const serviceStatuses: Readonly<Record<string, number>> = {
  INVALID_INPUT: 400,
  INVALID_CURSOR: 400,
  NOT_FOUND: 404,
  UNKNOWN_MODEL: 404,
  CONFLICT: 409,
  STREAM_EXPIRED: 410,
  OVERLOADED: 429,
};

export function statusOfCode(code: string, retryable: boolean): number {
  if (Object.hasOwn(gatewayErrors, code)) return gatewayErrors[code as keyof typeof gatewayErrors].status;
  if (Object.hasOwn(serviceStatuses, code)) return serviceStatuses[code] ?? 500;
  return retryable ? 503 : 500;
}
