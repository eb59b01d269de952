/**
 * The processes that this one shares its requests with: where they are, and how they stand.
 *
 *   ENGINE_PEERS --resolved every few seconds--> addresses --asked some times a second--> replicas in the pool
 *
 * A name may stand for many addresses (a headless Service of Kubernetes), among them this process's own, which knows itself by
 * its instance. Pauses between two reports are spread at random, so that processes do not ask and choose in step.
 */
import { lookup } from 'node:dns/promises';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import type { Logger } from '@fathom/platform/logging';
import { createPeerClient, type PeerClient, PeerRefusedError } from './peer-client.ts';
import type { PeerReport } from './peer-protocol.ts';
import { PeerReplica, type PeerReplicaOptions } from './peer-replica.ts';

export interface PeerSetOptions {
  /** `http://host:port` each. */
  readonly urls: readonly string[];
  /** This process's own name. */
  readonly instance: string;
  readonly signer: IdentitySigner;
  readonly logger: Logger;
  readonly onJoin: (replica: PeerReplica) => void;
  readonly onLeave: (replica: PeerReplica) => void;
  readonly release: PeerReplicaOptions['release'];
  /** All addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const reportEveryMs = 400;
const resolveEveryMs = 5_000;
/** Without a sign for so long, what a peer had goes on elsewhere. */
const lostAfterMs = 3_000;

interface Link {
  readonly client: PeerClient;
  replica: PeerReplica | undefined;
  isClosed: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Of its last failure, so that the log has each once. */
  problem: string | undefined;
}

export class PeerSet {
  readonly #options: PeerSetOptions;
  readonly #links = new Map<string, Link>();
  #resolving: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PeerSetOptions) {
    this.#options = options;
  }

  /** Those that are known, this process not among them. */
  get replicas(): readonly PeerReplica[] {
    return [...this.#links.values()].flatMap(({ replica }) => replica ?? []);
  }

  async start(): Promise<void> {
    await this.#resolve();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#resolving);
    await Promise.all([...this.#links.keys()].map((url) => this.#drop(url, 'closing')));
  }

  async #resolve(): Promise<void> {
    const found = new Set<string>();
    for (const url of this.#options.urls) {
      for (const address of await this.#addressesOf(url)) found.add(address);
    }
    if (this.#isClosed) return;
    for (const address of found) if (!this.#links.has(address)) this.#add(address);
    for (const address of this.#links.keys()) if (!found.has(address)) void this.#drop(address, 'gone');
    this.#resolving = setTimeout(() => void this.#resolve(), resolveEveryMs).unref();
  }

  /** A name that cannot be resolved now keeps what it stood for. */
  async #addressesOf(url: string): Promise<readonly string[]> {
    const { hostname, port } = new URL(url);
    const { resolve = lookUpAll, logger } = this.#options;
    try {
      return (await resolve(hostname)).map(
        (address) => `http://${address.includes(':') ? `[${address}]` : address}:${port || 80}`,
      );
    } catch (error) {
      logger.warn({ err: error, peers: url }, 'the name of peers could not be resolved');
      return [...this.#links.keys()];
    }
  }

  #add(url: string): void {
    const link: Link = {
      client: createPeerClient(url, this.#options.signer),
      replica: undefined,
      isClosed: false,
      timer: undefined,
      problem: undefined,
    };
    this.#links.set(url, link);
    void this.#ask(link);
  }

  async #ask(link: Link): Promise<void> {
    try {
      this.#heard(link, await link.client.report());
      link.problem = undefined;
    } catch (error) {
      if (error instanceof PeerRefusedError) link.replica?.doubt();
      this.#missed(link, error instanceof Error ? error.message : String(error));
    }
    if (link.isClosed) return;
    link.timer = setTimeout(() => void this.#ask(link), reportEveryMs * (0.75 + Math.random() / 2)).unref();
  }

  #heard(link: Link, report: PeerReport): void {
    const { instance, logger, release, onJoin } = this.#options;
    if (link.isClosed || report.instance === instance) return;
    if (link.replica && link.replica.id !== report.instance) this.#leave(link);
    if (link.replica) {
      link.replica.update(report);
      return;
    }
    // Under two addresses it is one process all the same.
    if (this.replicas.some(({ id }) => id === report.instance)) return;
    link.replica = new PeerReplica({ client: link.client, report, logger, release });
    logger.info({ peer: report.instance, url: link.client.url }, 'a peer joined');
    onJoin(link.replica);
  }

  #missed(link: Link, problem: string): void {
    const { logger } = this.#options;
    if (link.isClosed) return;
    if (link.problem !== problem) logger.warn({ url: link.client.url, problem }, 'a peer does not answer');
    link.problem = problem;
    if (link.replica && performance.now() - link.replica.reportedAt > lostAfterMs) this.#leave(link);
  }

  #leave(link: Link): void {
    const { replica } = link;
    if (!replica) return;
    link.replica = undefined;
    this.#options.onLeave(replica);
    replica.leave();
  }

  async #drop(url: string, why: 'gone' | 'closing'): Promise<void> {
    const link = this.#links.get(url);
    if (!link) return;
    this.#links.delete(url);
    link.isClosed = true;
    clearTimeout(link.timer);
    if (why === 'closing' && link.replica) {
      // Nothing more is placed there, and nobody counts on its room.
      this.#options.onLeave(link.replica);
      link.replica.close();
    } else this.#leave(link);
    await link.client.close();
  }
}

async function lookUpAll(host: string): Promise<readonly string[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  return (await lookup(bare, { all: true })).map(({ address }) => address);
}
