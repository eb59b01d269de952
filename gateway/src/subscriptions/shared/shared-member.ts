/**
 * One subscriber of a shared stream: its place in a feed, and what its own stream may ask of an upstream.
 *
 *   reading --its window is full--> holding --taken out of the log--> behind --its window has room--> reading (placed anew)
 *       \--the feed ended-----------------------------------------------------------------------------> over
 *
 * Invariant: it is given every event behind its position once and in order, from whichever feed. Being slow is its own
 * affair: `pause` holds back nobody, and whoever is left too far behind reads on from an upstream that waits for it.
 */
import type { AppError } from '@fathom/platform/errors';
import { raise } from '../../errors.ts';
import type { StreamUpstream } from '../subscription-stream.ts';
import type { UpstreamSink } from '../upstream-socket.ts';
import type { FeedLog, LoggedEvent } from './feed-log.ts';
import type { Position } from './shareable-operation.ts';

/** `unsubscribed`: nobody wants it any more. `disconnected`: whoever wanted it has vanished. */
export type Departure = 'unsubscribed' | 'disconnected';

export type FeedEnd =
  | { readonly kind: 'completed' }
  /** By the service, with errors. */
  | { readonly kind: 'refused'; readonly payload: unknown }
  | { readonly kind: 'failed'; readonly error: AppError };

/** What a member reads from. */
export interface MemberFeed {
  readonly log: Pick<FeedLog, 'at' | 'end'>;
  readonly end: FeedEnd | undefined;
  /** The member can take something again, or can no more. */
  onPace(): void;
  leave(member: SharedMember, departure: Departure): void;
}

export interface SharedMemberOptions {
  /** The client's id of the operation: its frames carry it. */
  readonly id: string;
  readonly position: Position;
  readonly isClientGone: () => boolean;
  /** Finds it a feed that has what is behind its position. */
  readonly place: (member: SharedMember) => void;
  readonly onFellBehind: () => void;
  /** It has left for good. */
  readonly onOver: () => void;
}

export class SharedMember implements StreamUpstream {
  readonly #options: SharedMemberOptions;
  readonly #frameStart: string;
  #sink: UpstreamSink | undefined;
  #feed: MemberFeed | undefined;
  #next = 0;
  /** Undefined behind an event that did not say its cursor. */
  #position: Position | undefined;
  #paused = false;
  #delivering = false;
  #over = false;

  constructor(options: SharedMemberOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#frameStart = `{"id":${JSON.stringify(options.id)},"type":"next","payload":`;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** It takes what comes. */
  get isReading(): boolean {
    return !this.#paused;
  }

  /** The index of the event that it is given next. */
  get next(): number {
    return this.#next;
  }

  start(sink: UpstreamSink): void {
    this.#sink = sink;
    this.#options.place(this);
  }

  /** Called by the feed that it has entered. */
  entered(feed: MemberFeed, next: number): void {
    this.#feed = feed;
    this.#next = next;
    this.deliver();
  }

  /** Gives it what the feed has and it has not, as far as its window allows. */
  deliver(): void {
    // A sink that asks for a pause does so while it is given an event.
    if (this.#delivering) return;
    this.#delivering = true;
    for (;;) {
      const event = this.#paused ? undefined : this.#feed?.log.at(this.#next);
      if (!event) break;
      this.#give(event);
    }
    this.#delivering = false;
    const feed = this.#feed;
    if (feed?.end && !this.#paused && this.#next >= feed.log.end) this.#finish(feed);
  }

  #give({ payload, cursor }: LoggedEvent): void {
    this.#next += 1;
    this.#position = cursor === undefined ? undefined : { kind: 'behind', cursor };
    this.#sink?.next(`${this.#frameStart}${payload}}`);
  }

  #finish(feed: MemberFeed): void {
    const { end } = feed;
    this.#leave('disconnected');
    if (end?.kind === 'completed') this.#sink?.complete();
    else if (end?.kind === 'refused') this.#sink?.error(end.payload);
    else if (end?.kind === 'failed') this.#sink?.failed(end.error);
  }

  /** What it needs next is gone from the log. It is placed anew when it can take something. */
  fellBehind(): void {
    this.#feed = undefined;
    this.#options.onFellBehind();
    // Nobody can say what comes behind an event without a cursor.
    if (!this.#position) this.abandon(raise('SLOW_CONSUMER'));
  }

  // --- what its stream asks for ---------------------------------------------------------------------------------

  pause(): void {
    this.#paused = true;
    this.#feed?.onPace();
  }

  resume(): void {
    if (this.#over) return;
    this.#paused = false;
    if (!this.#feed) {
      this.#options.place(this);
      return;
    }
    this.#feed.onPace();
    this.deliver();
  }

  unsubscribe(): void {
    this.#leave('unsubscribed');
  }

  /** Ends this one's stream alone: it does not read, its token is over, or the gateway goes. */
  abandon(error: AppError): void {
    if (this.#over) return;
    this.#leave('disconnected');
    this.#sink?.failed(error);
  }

  isClientGone(): boolean {
    return this.#options.isClientGone();
  }

  /** Its stream is over, however that came. */
  closed(): void {
    this.#leave('disconnected');
  }

  #leave(departure: Departure): void {
    if (this.#over) return;
    this.#over = true;
    this.#feed?.leave(this, departure);
    this.#feed = undefined;
    this.#options.onOver();
  }
}
