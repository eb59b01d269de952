/** The built console (GraphiQL and chat) as static files, from a folder that is read on demand. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentSecurityPolicy } from './security-headers.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

const notBuilt =
  'The console is not built. Run `npm run build -w gateway/console`, then reload. GraphQL is at /graphql.\n';

export async function sendConsoleFile(folder: string, path: string, response: ServerResponse): Promise<void> {
  const relative = normalize(path === '/' ? 'index.html' : decodeSafely(path).replace(/^\/+/, ''));
  const file = join(folder, relative);
  const found = file.startsWith(folder + sep) ? await stat(file).catch(() => undefined) : undefined;
  if (!found?.isFile()) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(path === '/' ? notBuilt : `There is nothing at ${path}. GraphQL is at /graphql.\n`);
    return;
  }
  response.writeHead(200, {
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'content-security-policy': contentSecurityPolicy,
    // Vite names assets by their content; the page that names them must always be fresh.
    'cache-control': relative.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  // A client that leaves before the end is no fault.
  await pipeline(createReadStream(file), response).catch(() => undefined);
}

function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
