/** Clients with something open, so that a revoked key or a drain reaches all of them. */
import type { AppError } from '@fathom/platform/errors';

export interface OpenClient {
  readonly credential: string;
  /** The credential is no longer valid: stop its work, tell it why. */
  revoke(error: AppError): void;
  /** This gateway is going away: ask it to reconnect. */
  drain(): void;
}

export interface OpenClients {
  add(client: OpenClient): () => void;
  credentials(): ReadonlySet<string>;
  revoke(credential: string, error: AppError): void;
  drain(): void;
  readonly count: number;
}

export function createOpenClients(): OpenClients {
  const clients = new Set<OpenClient>();
  return {
    add(client) {
      clients.add(client);
      return () => void clients.delete(client);
    },
    credentials: () => new Set([...clients].map((client) => client.credential)),
    revoke(credential, error) {
      for (const client of clients) if (client.credential === credential) client.revoke(error);
    },
    drain() {
      for (const client of clients) client.drain();
    },
    get count() {
      return clients.size;
    },
  };
}
