import { type Dispatcher, request } from 'undici';
import { raisePlatform } from '../errors.ts';

export interface PostOptions {
  readonly agent: Dispatcher;
  readonly url: string;
  /** The peer, as errors name it. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Posts JSON and reads JSON. Throws AppError DEPENDENCY_UNAVAILABLE when no HTTP answer came, or one that is no
 * GraphQL (a proxy's error page). GraphQL answers of any status pass: their errors say more than the status.
 */
export async function postJson({ agent, url, name, headers, body, signal }: PostOptions): Promise<unknown> {
  const unavailable = (because: string, cause?: unknown) =>
    raisePlatform('DEPENDENCY_UNAVAILABLE', { because, details: { dependency: name }, cause });
  let answer: Dispatcher.ResponseData;
  let text: string;
  try {
    answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
      signal,
    });
    text = await answer.body.text();
  } catch (cause) {
    throw unavailable(`${name} cannot be reached`, cause);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw unavailable(`${name} answered ${answer.statusCode} without JSON`, cause);
  }
}
