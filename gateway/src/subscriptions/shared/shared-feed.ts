/**
 * One upstream of a shared stream, its newest events, and everybody who reads them.
 *
 *   open --lost behind an event--> waiting --after a pause--> open, behind that event      at most `resumeForMs` long
 *     \--completed, refused, lost for good--> ended: each member gets what is left of the log, then the end
 *     \--the last member leaves-------------> closed at its source at once
 *
 * Invariant: the log holds what the service sent, each event once, in order, across every loss. The upstream is held back
 * only while no member can take anything, so the fastest sets the pace.
 */
import type { AppError } from '@fathom/platform/errors';
import { idOfNext, payloadStart, type UpstreamSink } from '../upstream-socket.ts';
import { FeedLog, type FeedLogLimits } from './feed-log.ts';
import type { Position } from './shareable-operation.ts';
import type { Departure, FeedEnd, MemberFeed, SharedMember } from './shared-member.ts';

/** The upstream that feeds it; as one client's socket has it. */
export interface FeedUpstream {
  pause(): void;
  resume(): void;
  unsubscribe(): void;
  terminate(): void;
}

export interface SharedFeedOptions {
  readonly origin: Position;
  readonly limits: FeedLogLimits;
  /** How long it is tried to continue behind the last event, and how long to wait before the nth time. */
  readonly resumeForMs: number;
  readonly pauseMs: (attempt: number) => number;
  readonly now: () => number;
  readonly open: (position: Position, sink: UpstreamSink) => FeedUpstream;
  readonly canResume: boolean;
  readonly cursorOf: (payload: string) => string | undefined;
  /** After each event. */
  readonly onEvent: (feed: SharedFeed) => void;
  readonly onResumed: () => void;
  /** It takes no more members: it has ended, or the last one left. */
  readonly onClosed: (feed: SharedFeed) => void;
}

interface Outage {
  readonly since: number;
  readonly attempts: number;
}

export class SharedFeed implements MemberFeed {
  readonly log: FeedLog;
  readonly #options: SharedFeedOptions;
  readonly #members = new Set<SharedMember>();
  #upstream: FeedUpstream | undefined;
  #openedAt = 0;
  #outage: Outage | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Due, and put off until somebody can take what comes. */
  #owesReopening = false;
  #wasInterrupted = false;
  #held = false;
  #end: FeedEnd | undefined;
  #closed = false;

  constructor(options: SharedFeedOptions) {
    this.#options = options;
    this.log = new FeedLog(options.limits);
  }

  get end(): FeedEnd | undefined {
    return this.#end;
  }

  get members(): ReadonlySet<SharedMember> {
    return this.#members;
  }

  /** Where a subscriber of this position would read on, if it could do so here and would miss or repeat nothing. */
  indexFor(position: Position): number | undefined {
    if (this.#closed) return undefined;
    const { origin } = this.#options;
    if (position.kind === 'now') return this.#isAtPresent() ? this.log.end : undefined;
    const known = position.kind === 'behind' ? this.log.indexBehind(position.cursor) : undefined;
    if (known !== undefined) return known;
    return this.log.first === 0 && samePosition(origin, position) ? 0 : undefined;
  }

  /** The newest event here is the newest there is: nothing that is past will come. */
  #isAtPresent(): boolean {
    return this.#options.origin.kind === 'now' && !this.#wasInterrupted && !this.#held;
  }

  enter(member: SharedMember, index: number): void {
    this.#members.add(member);
    if (!this.#upstream && !this.#outage) this.#open(this.#options.origin);
    this.onPace();
    member.entered(this, index);
  }

  /** It reads on from another feed, which has what is behind its position. */
  release(member: SharedMember): void {
    this.leave(member, 'unsubscribed');
  }

  leave(member: SharedMember, departure: Departure): void {
    if (!this.#members.delete(member)) return;
    if (this.#members.size > 0) this.onPace();
    else this.#close(departure);
  }

  /** Somebody can take something again, or nobody can any more. */
  onPace(): void {
    const held = ![...this.#members].some((member) => member.isReading);
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#upstream?.pause();
    else if (this.#owesReopening) this.#reopen();
    else this.#upstream?.resume();
  }

  #open(position: Position): void {
    this.#openedAt = this.#options.now();
    this.#upstream = this.#options.open(position, {
      next: (frame) => this.#onFrame(frame),
      error: (payload) => this.#finish({ kind: 'refused', payload }),
      complete: () => this.#finish({ kind: 'completed' }),
      failed: (error) => this.#onLost(error),
    });
  }

  #onFrame(frame: string): void {
    if (this.#closed) return;
    const payload = payloadOf(frame);
    this.log.append({ payload, cursor: this.#options.cursorOf(payload) });
    if (this.#outage) {
      this.#outage = undefined;
      this.#options.onResumed();
    }
    for (const member of [...this.#members]) {
      if (member.next >= this.log.first) member.deliver();
      else {
        this.leave(member, 'disconnected');
        member.fellBehind();
      }
    }
    if (!this.#closed) this.#options.onEvent(this);
  }

  #onLost(error: AppError): void {
    if (this.#closed) return;
    this.#upstream = undefined;
    const now = this.#options.now();
    // One that stood for long and sent nothing was no failed attempt.
    if (this.#outage && now - this.#openedAt > this.#options.resumeForMs) this.#outage = undefined;
    const outage = this.#outage ?? { since: now, attempts: 0 };
    const { resumeForMs, canResume, pauseMs } = this.#options;
    const hopeful = lostCodes.has(error.code) && now - outage.since < resumeForMs;
    if (!canResume || !hopeful || this.log.newest?.cursor === undefined) {
      this.#finish({ kind: 'failed', error });
      return;
    }
    this.#wasInterrupted = true;
    this.#outage = { ...outage, attempts: outage.attempts + 1 };
    this.#retry = setTimeout(() => {
      if (this.#held) this.#owesReopening = true;
      else this.#reopen();
    }, pauseMs(outage.attempts));
  }

  #reopen(): void {
    this.#owesReopening = false;
    if (this.#closed) return;
    const cursor = this.log.newest?.cursor;
    if (cursor !== undefined) this.#open({ kind: 'behind', cursor });
  }

  #finish(end: FeedEnd): void {
    if (this.#closed) return;
    this.#upstream = undefined;
    this.#end = end;
    this.#takeNoMore();
    for (const member of [...this.#members]) member.deliver();
  }

  #close(departure: Departure): void {
    if (this.#closed) return;
    this.#takeNoMore();
    if (departure === 'unsubscribed') this.#upstream?.unsubscribe();
    else this.#upstream?.terminate();
    this.#upstream = undefined;
  }

  #takeNoMore(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#options.onClosed(this);
  }
}

/** After these a service may well have what comes next. */
const lostCodes: ReadonlySet<string> = new Set(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT']);

function samePosition(one: Position, other: Position): boolean {
  return one.kind === other.kind && (one.kind !== 'behind' || one.cursor === (other as typeof one).cursor);
}

/** As graphql-ws writes frames it is cut out; from whoever writes them otherwise it is read and written anew. */
function payloadOf(frame: string): string {
  if (idOfNext(frame) !== undefined) return frame.slice(payloadStart(frame), -1);
  try {
    return JSON.stringify((JSON.parse(frame) as { readonly payload?: unknown }).payload ?? null);
  } catch {
    return 'null';
  }
}
