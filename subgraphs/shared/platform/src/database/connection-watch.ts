/**
 * Ends connections whose server has gone without a word: its host lost power, or a firewall forgot the connection. TCP gives up on what
 * was sent and never acknowledged after a quarter of an hour, and its keep-alive sees only connections on which nothing is under way.
 *
 * No statement has a deadline, since an index or a migration may take an hour. Where an answer is waited for and not a byte comes, the
 * server is asked over a new connection whether it is at work on it:
 *
 *     waiting --5 s of silence--> asked --it is, or cannot say--> waiting
 *                                   \----it is not, or no answer within 10 s--> suspect --a byte comes--> waiting
 *                                                                                 \--2 s of silence--> destroyed
 *
 * Its caller gets DEPENDENCY_UNAVAILABLE. Time is counted in ticks: a process that stood still itself has not heard anything for one
 * tick, however long that was. Suspects are waited for because a server that has just ended a statement is not at work on it, and
 * its answer is on the way.
 */
import type { Socket } from 'node:net';
import pg from 'pg';
import type { Logger } from '../logging.ts';
import { databaseErrorCode, isConnectionLoss } from './errors.ts';

export interface ConnectionWatchOptions {
  readonly config: pg.ClientConfig;
  readonly logger?: Logger | undefined;
  /** Default 1 s. */
  readonly tickMs?: number | undefined;
}

export interface ConnectionWatch {
  /** From now on until it ends. The client is connected. */
  add(client: pg.ClientBase): void;
}

const silentTicks = 5;
const answerTicks = 10;
const suspectTicks = 2;
/** A service in front of several hosts refuses what is new before it has lost what is open. */
const maxRefusals = 10;

/** What node-postgres knows of a client and its types do not. */
interface ClientState {
  /** Nothing is waited for. */
  readonly readyForQuery: boolean;
  readonly processID: number;
  readonly connection: { readonly stream: Socket };
}

interface Watched {
  readonly client: pg.ClientBase & ClientState;
  bytesRead: number;
  silentFor: number;
  /** Ticks until it is given up. */
  suspectFor: number | undefined;
}

export function createConnectionWatch({
  config,
  logger,
  tickMs = 1_000,
}: ConnectionWatchOptions): ConnectionWatch {
  const watched = new Set<Watched>();
  let ticking: NodeJS.Timeout | undefined;
  let question: { readonly client: pg.Client; ticksLeft: number } | undefined;
  /** In a row. */
  let refusals = 0;

  function tick(): void {
    for (const one of watched) {
      const { bytesRead } = one.client.connection.stream;
      const isSilent = !one.client.readyForQuery && bytesRead === one.bytesRead;
      one.silentFor = isSilent ? one.silentFor + 1 : 0;
      one.bytesRead = bytesRead;
      if (!isSilent) one.suspectFor = undefined;
      else if (one.suspectFor !== undefined) {
        one.suspectFor -= 1;
        if (one.suspectFor <= 0) giveUp(one);
      }
    }
    if (question) {
      question.ticksLeft -= 1;
      if (question.ticksLeft === 0)
        question.client.connection.stream.destroy(new Error('Connection terminated: no answer'));
      return;
    }
    const silent = [...watched].filter(({ silentFor }) => silentFor >= silentTicks);
    if (silent.length > 0) void settle(silent);
  }

  async function settle(silent: readonly Watched[]): Promise<void> {
    const atWork = await askWhichAreAtWork(silent.map(({ client }) => client.processID));
    for (const one of silent) {
      // What has had its answer meanwhile is none of ours.
      if (one.silentFor < silentTicks) continue;
      one.silentFor = 0;
      if (atWork !== 'cannot say' && !atWork.has(one.client.processID)) one.suspectFor ??= suspectTicks;
    }
  }

  function giveUp({ client }: Watched): void {
    logger?.warn(
      { processId: client.processID },
      'PostgreSQL does not answer any more: the connection is given up',
    );
    client.connection.stream.destroy(new Error('Connection terminated: PostgreSQL does not answer any more'));
  }

  async function askWhichAreAtWork(
    processIds: readonly number[],
  ): Promise<ReadonlySet<number> | 'cannot say'> {
    // Its time is counted here, in ticks.
    const client = new pg.Client({ ...config, connectionTimeoutMillis: 0 });
    client.on('error', () => undefined);
    question = { client, ticksLeft: answerTicks };
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number; state: string | null }>(
        'select pid, state from pg_stat_activity where pid = any($1::int[]) or pid = pg_backend_pid()',
        [processIds],
      );
      refusals = 0;
      const working = new Set(rows.filter(({ state }) => !state?.startsWith('idle')).map(({ pid }) => pid));
      // Through a pooler, process ids are the pooler's own.
      return working.has((client as unknown as ClientState).processID) ? working : 'cannot say';
    } catch (error) {
      const code = databaseErrorCode(error);
      refusals = code === 'ECONNREFUSED' ? refusals + 1 : 0;
      if (refusals > 0) return refusals < maxRefusals ? 'cannot say' : new Set();
      // Whoever says anything is not dead: too many connections, a pooler that has none, a shutdown that waits for others.
      const isHeard = (client as unknown as ClientState).connection.stream.bytesRead > 0;
      const isNameUnknown = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
      return isHeard || isNameUnknown || !isConnectionLoss(error) ? 'cannot say' : new Set();
    } finally {
      question = undefined;
      client.connection.stream.destroy();
    }
  }

  return {
    add(client) {
      const one: Watched = {
        client: client as unknown as Watched['client'],
        bytesRead: 0,
        silentFor: 0,
        suspectFor: undefined,
      };
      watched.add(one);
      ticking ??= setInterval(tick, tickMs).unref();
      client.once('end', () => {
        watched.delete(one);
        if (watched.size > 0) return;
        clearInterval(ticking);
        ticking = undefined;
        question?.client.connection.stream.destroy(new Error('Connection terminated: nobody waits'));
      });
    },
  };
}
