/** Who sent a request, and what is sent to whom it is refused: the same over HTTP and in frames. */
import { raisePlatform } from '../errors.ts';
import type { ProofPlace } from '../identity-proof.ts';
import type { IdentityVerifier, VerifiedIdentity } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import { currentTraceId } from '../telemetry/tracing.ts';
import { formatError, statusOf } from './format-error.ts';

export interface IdentifyOptions {
  readonly identityVerifier: IdentityVerifier;
  readonly isDraining: () => boolean;
}

/** Throws AppError: SHUTTING_DOWN, UNAUTHENTICATED. */
export async function identify(
  { identityVerifier, isDraining }: IdentifyOptions,
  credential: string | undefined,
  place: ProofPlace,
): Promise<VerifiedIdentity> {
  if (isDraining()) throw raisePlatform('SHUTTING_DOWN');
  if (!credential) throw raisePlatform('UNAUTHENTICATED');
  return identityVerifier.verify(credential, place);
}

export interface Refusal {
  readonly status: number;
  readonly body: string;
}

export function refusalOf(error: unknown, logger: Logger): Refusal {
  const formatted = formatError(error, { logger, traceId: currentTraceId() });
  return { status: statusOf(error), body: JSON.stringify({ errors: [formatted] }) };
}
