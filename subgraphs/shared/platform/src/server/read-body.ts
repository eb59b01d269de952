import type { IncomingMessage } from 'node:http';
import { raisePlatform } from '../errors.ts';
import type { ConfirmBody } from '../identity-proof.ts';

/**
 * The request's body as JSON. Throws AppError PAYLOAD_TOO_LARGE as soon as the limit is passed (the rest is not read), and what
 * {@link confirmedJson} throws.
 */
export async function readJsonBody(
  request: IncomingMessage,
  maxBytes: number,
  confirm: ConfirmBody,
): Promise<unknown> {
  const tooLarge = () =>
    raisePlatform('PAYLOAD_TOO_LARGE', { because: `the limit is ${maxBytes} bytes`, details: { maxBytes } });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the socket: the refusal still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return confirmedJson(Buffer.concat(chunks), confirm);
}

/** Throws what `confirm` throws, and BAD_USER_INPUT for what is no JSON. */
export async function confirmedJson(body: Buffer, confirm: ConfirmBody): Promise<unknown> {
  await confirm(body);
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    throw raisePlatform('BAD_USER_INPUT', { because: 'the body is not JSON', cause });
  }
}
