/**
 * `fth_<id>_<secret>`: 10 characters that name the key and 32 (190 bits) that prove it. Only the SHA-256 of the secret
 * is kept; a fast hash is enough where the secret cannot be guessed.
 */
import { hash, randomInt, timingSafeEqual } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const format = /^fth_([0-9A-Za-z]{10})_([0-9A-Za-z]{32})$/;

export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

export function generateApiKey(): ApiKey {
  return { id: randomText(10), secret: randomText(32) };
}

export function printApiKey({ id, secret }: ApiKey): string {
  return `fth_${id}_${secret}`;
}

export function parseApiKey(text: string): ApiKey | undefined {
  const match = format.exec(text);
  return match?.[1] && match[2] ? { id: match[1], secret: match[2] } : undefined;
}

export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

export function secretMatches(secret: string, expected: Uint8Array): boolean {
  const given = hashSecret(secret);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
