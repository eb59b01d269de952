import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { raisePlatform } from '../errors.ts';

/** Binds the server; port 0 takes a free one. Throws AppError PORT_IN_USE naming the port. */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? raisePlatform('PORT_IN_USE', { because: `${host}:${port}`, details: { port }, cause })
          : cause,
      );
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}
