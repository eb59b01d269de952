/** Which ports are used: checked before anything starts, all at once, so that a user mends them in one go. */
import { createServer } from 'node:net';
import { portVariableOf } from './env.ts';
import { StartError } from './start-error.ts';

export interface WantedPort {
  /** `gateway`, `postgres` or a service. */
  readonly part: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A usable port for each part. Throws StartError naming every port that is taken and the variable that changes it. */
export async function choosePorts(wanted: readonly WantedPort[]): Promise<ReadonlyMap<string, number>> {
  const chosen = new Map<string, number>();
  const problems: string[] = [];
  const probes: { close(): Promise<void> }[] = [];
  try {
    for (const { part, host, port } of wanted) {
      const probe = await bind(host, port);
      if (typeof probe === 'string') {
        problems.push(
          `port ${port} for ${part} ${probe}; stop what uses it, or set ${portVariableOf(part)} to another`,
        );
        continue;
      }
      // Held until all are chosen: a free port must not be given twice.
      probes.push(probe);
      chosen.set(part, probe.port);
    }
  } finally {
    await Promise.all(probes.map((probe) => probe.close()));
  }
  if (problems.length > 0) throw new StartError('Some ports cannot be used.', problems);
  return chosen;
}

function bind(
  host: string,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> } | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(explain(error, host)));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        close: () => new Promise<void>((closed) => server.close(() => closed())),
      });
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string): string {
  if (error.code === 'EADDRINUSE') return 'is in use';
  if (error.code === 'EACCES') return 'needs more rights than this user has';
  if (error.code === 'EADDRNOTAVAIL') return `cannot be opened, since this machine has no address ${host}`;
  return `cannot be opened (${error.message})`;
}
