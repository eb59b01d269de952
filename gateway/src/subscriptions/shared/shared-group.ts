/**
 * Everybody who is told the same: the feeds of one service's operation, variables and sharing key, oldest first.
 *
 * Mostly there is one feed. A subscriber whose position no feed has gets one of its own, which catches up; as soon as an
 * older feed has the event that it saw last, it reads on from there, and the feed that nobody reads is closed.
 */
import { SharedFeed, type SharedFeedOptions } from './shared-feed.ts';
import type { SharedMember } from './shared-member.ts';

export interface SharedGroupOptions extends Omit<SharedFeedOptions, 'origin' | 'onEvent' | 'onClosed'> {
  readonly observer: FeedObserver;
  readonly onEmpty: () => void;
}

export interface FeedObserver {
  opened(): void;
  closed(): void;
  happened(event: 'joined' | 'merged' | 'resumed' | 'fell_behind'): void;
}

export class SharedGroup {
  readonly #options: SharedGroupOptions;
  readonly #feeds: SharedFeed[] = [];

  constructor(options: SharedGroupOptions) {
    this.#options = options;
  }

  place(member: SharedMember): void {
    const { position } = member;
    if (!position) return;
    for (const feed of this.#feeds) {
      const index = feed.indexFor(position);
      if (index === undefined) continue;
      this.#options.observer.happened('joined');
      feed.enter(member, index);
      return;
    }
    const { observer, onEmpty, ...options } = this.#options;
    const feed = new SharedFeed({
      ...options,
      origin: position,
      onEvent: (grown) => this.#mergeAround(grown),
      onClosed: (closed) => {
        this.#feeds.splice(this.#feeds.indexOf(closed), 1);
        observer.closed();
        if (this.#feeds.length === 0) onEmpty();
      },
    });
    this.#feeds.push(feed);
    observer.opened();
    feed.enter(member, 0);
  }

  /**
   * Only from younger to older, so that two feeds at one place do not exchange their members for ever; and whichever of
   * the two was told last, or a younger one that is always told first would stay.
   */
  #mergeAround(grown: SharedFeed): void {
    const feeds = [...this.#feeds];
    const place = feeds.indexOf(grown);
    for (const older of feeds.slice(0, place)) this.#merge(grown, older);
    for (const younger of feeds.slice(place + 1)) this.#merge(younger, grown);
  }

  #merge(younger: SharedFeed, older: SharedFeed): void {
    const cursor = younger.log.newest?.cursor;
    if (cursor === undefined || older.log.indexBehind(cursor) === undefined) return;
    for (const member of [...younger.members]) {
      const { position } = member;
      const index = position?.kind === 'behind' ? older.indexFor(position) : undefined;
      if (index === undefined) continue;
      this.#options.observer.happened('merged');
      younger.release(member);
      older.enter(member, index);
    }
  }
}
