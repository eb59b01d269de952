/**
 * A request that has not ended, with all it takes to go on elsewhere.
 *
 * Invariant: exactly one replica has it. Whoever loses it hands the very object to the next, so what it has cost, what its
 * listener was told and how often it was lost go with it. Only `onFirstToken` is of the replica that has it now.
 */
import type { EngineFailureCode, EngineRequest, EngineToken } from './protocol.ts';

/**
 * How a request ended on a device; `deviceMs` is its share of all steps it was in, `cachedPromptTokens` what of its prompt
 * was not computed.
 */
export type DeviceEnd =
  | {
      readonly kind: 'finished';
      readonly reason: 'STOP' | 'LENGTH' | 'CANCELLED';
      readonly tailText: string;
      readonly deviceMs: number;
      readonly cachedPromptTokens: number;
    }
  | {
      readonly kind: 'failed';
      readonly code: EngineFailureCode | 'DEVICE_LOST';
      readonly message: string;
      readonly deviceMs: number;
      readonly cachedPromptTokens: number;
    };

export interface RequestListener {
  /** Which device has it; again when it moves. */
  placed?(deviceId: string): void;
  /** It got a slot; called once. */
  admitted(): void;
  token(token: EngineToken): void;
  ended(end: DeviceEnd): void;
}

export interface RequestInFlight {
  readonly request: EngineRequest;
  readonly listener: RequestListener;
  /** Whether another process may compute it. What came from one stays in this. */
  readonly reach: 'anywhere' | 'here';
  readonly submittedAt: number;
  /** What its listener was told. */
  readonly tokens: number[];
  deviceMs: number;
  /** Of the prompt, found in the cache; known once its computing began. */
  cachedPromptTokens: number | undefined;
  isAdmitted: boolean;
  isCancelled: boolean;
  workersLost: number;
  /** Called once, before the first token that comes from the replica that has it now. */
  onFirstToken?: (() => void) | undefined;
}

/** What a request's end says beside what the request has cost. */
export type OwnEnd = WithoutCost<DeviceEnd>;
type WithoutCost<End> = End extends unknown ? Omit<End, 'deviceMs' | 'cachedPromptTokens'> : never;

export const maxWorkersLost = 3;

export function inFlightOf(
  request: EngineRequest,
  listener: RequestListener,
  reach: RequestInFlight['reach'] = 'here',
): RequestInFlight {
  return {
    request,
    listener,
    reach,
    submittedAt: performance.now(),
    tokens: [],
    deviceMs: 0,
    cachedPromptTokens: undefined,
    isAdmitted: false,
    isCancelled: false,
    workersLost: 0,
  };
}

/** The request as it stands: behind the tokens that there are, with the time that is left. */
export function continuationOf({ request, tokens, submittedAt }: RequestInFlight): EngineRequest {
  const { timeoutMs } = request;
  return {
    ...request,
    priorTokens: [...request.priorTokens, ...tokens],
    timeoutMs: timeoutMs === undefined ? undefined : timeoutMs - (performance.now() - submittedAt),
  };
}

/** Counts a loss of whoever computed it; an end where it is not to go on: it was cancelled, or it may be what kills workers. */
export function afterLoss(inFlight: RequestInFlight): OwnEnd | undefined {
  inFlight.workersLost++;
  if (inFlight.isCancelled) return { kind: 'finished', reason: 'CANCELLED', tailText: '' };
  if (inFlight.workersLost < maxWorkersLost) return undefined;
  const message = `${maxWorkersLost} workers were lost while they computed this generation.`;
  return { kind: 'failed', code: 'DEVICE_LOST', message };
}

export function tellAdmitted(inFlight: RequestInFlight): void {
  if (inFlight.isAdmitted) return;
  inFlight.isAdmitted = true;
  inFlight.listener.admitted();
}

export function tellToken(inFlight: RequestInFlight, token: EngineToken): void {
  inFlight.onFirstToken?.();
  inFlight.onFirstToken = undefined;
  inFlight.tokens.push(token.tokenId);
  inFlight.listener.token(token);
}

export function tellEnd({ listener, deviceMs, cachedPromptTokens = 0 }: RequestInFlight, end: OwnEnd): void {
  listener.ended({ ...end, deviceMs, cachedPromptTokens });
}
