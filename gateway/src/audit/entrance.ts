/**
 * Where a request came in, as the audit trail names it: `POST /v1/files/*`. Only words of the gateway's own paths are kept, so
 * an id, or a secret that somebody put into a URL, is never written down, and who tries a thousand paths makes one kind of row.
 */
import type { IncomingMessage } from 'node:http';

const words: ReadonlySet<string> = new Set(
  (
    'graphql v1 chat completions embeddings models files content fine_tuning jobs events cancel uploads oauth token mcp ' +
    'subgraphs'
  ).split(' '),
);
const maxParts = 6;

export function entranceOf({ method = '', url = '/' }: Pick<IncomingMessage, 'method' | 'url'>): string {
  const [path = ''] = url.split(/[?#]/);
  const parts = path.split('/').slice(1, maxParts + 1);
  return `${method} /${parts.map((part) => (part === '' || words.has(part) ? part : '*')).join('/')}`;
}
