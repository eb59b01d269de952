import { afterEach, describe, expect, test, vi } from 'vitest';
import { raise } from '../../errors.ts';
import type { UpstreamSink } from '../upstream-socket.ts';
import type { Position } from './shareable-operation.ts';
import { SharedGroup } from './shared-group.ts';
import { SharedMember } from './shared-member.ts';

/** A service that has told `told` events so far, cursors 1, 2, …, and tells each subscription what is behind its position. */
function createService() {
  const open = new Set<Upstream>();
  let told = 0;
  let opened = 0;

  class Upstream {
    #sent: number;
    #paused = false;
    readonly #sink: UpstreamSink;
    constructor(position: Position, sink: UpstreamSink) {
      this.#sent = position.kind === 'now' ? told : position.kind === 'first' ? 0 : Number(position.cursor);
      this.#sink = sink;
      open.add(this);
      opened += 1;
    }
    pump(most = Number.POSITIVE_INFINITY): void {
      for (let count = 0; count < most && open.has(this) && !this.#paused && this.#sent < told; count += 1) {
        this.#sent += 1;
        this.#sink.next(`{"id":"1","type":"next","payload":{"data":{"f":{"cursor":"${this.#sent}"}}}}`);
      }
    }
    pause = () => {
      this.#paused = true;
    };
    resume = () => {
      this.#paused = false;
    };
    unsubscribe = () => void open.delete(this);
    terminate = () => void open.delete(this);
    lose(): void {
      open.delete(this);
      this.#sink.failed(raise('SUBGRAPH_UNAVAILABLE'));
    }
    complete(): void {
      open.delete(this);
      this.#sink.complete();
    }
    get isDone(): boolean {
      return this.#sent === told;
    }
  }

  return {
    open,
    tell: (count: number) => {
      told += count;
    },
    get told() {
      return told;
    },
    get opened() {
      return opened;
    },
    subscribe: (position: Position, sink: UpstreamSink) => new Upstream(position, sink),
  };
}

const cursorOf = (payload: string) =>
  (JSON.parse(payload) as { data: { f: { cursor: string } } }).data.f.cursor;

interface SetUp {
  readonly maxEvents?: number;
  readonly canResume?: boolean;
}

function setUp({ maxEvents = 1_000, canResume = true }: SetUp = {}) {
  const service = createService();
  const happened: string[] = [];
  const group = new SharedGroup({
    limits: { maxEvents, maxBytes: 1_000_000 },
    resumeForMs: 1_000,
    pauseMs: () => 10,
    now: () => Date.now(),
    open: service.subscribe,
    canResume,
    cursorOf: canResume ? cursorOf : () => undefined,
    observer: {
      opened: () => undefined,
      closed: () => undefined,
      happened: (event) => happened.push(event),
    },
    onResumed: () => happened.push('resumed'),
    onEmpty: () => happened.push('empty'),
  });

  /** One subscriber, with what it was given. */
  function join(position: Position) {
    const cursors: number[] = [];
    const ends: string[] = [];
    const member = new SharedMember({
      id: 'm',
      position,
      isClientGone: () => false,
      place: (placed) => group.place(placed),
      onFellBehind: () => happened.push('fell_behind'),
      onOver: () => undefined,
    });
    member.start({
      next: (frame) => cursors.push(Number(cursorOf(JSON.stringify(JSON.parse(frame).payload)))),
      error: () => ends.push('error'),
      complete: () => ends.push('complete'),
      failed: ({ code }) => ends.push(code),
    });
    return { member, cursors, ends };
  }
  const pump = (): void => {
    for (const upstream of [...service.open]) upstream.pump();
  };
  return { service, group, happened, join, pump };
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
const first: Position = { kind: 'first' };
const now: Position = { kind: 'now' };
const behind = (cursor: number): Position => ({ kind: 'behind', cursor: String(cursor) });

afterEach(() => {
  vi.useRealTimers();
});

describe('subscribers of one stream', () => {
  test('are fed by one upstream, wherever in its log they begin', () => {
    const { service, join, pump } = setUp();
    service.tell(5);
    const early = join(first);
    pump();
    const late = join(first);
    const resumed = join(behind(3));
    service.tell(2);
    pump();
    expect([early.cursors, late.cursors, resumed.cursors]).toEqual([range(1, 7), range(1, 7), range(4, 7)]);
    expect(service.opened).toBe(1);
  });

  test('that begin where no log reaches catch up by themselves, then share again', () => {
    const { service, join, pump, happened } = setUp({ maxEvents: 10 });
    service.tell(100);
    const early = join(first);
    pump();
    const late = join(first);
    expect(service.open.size).toBe(2);
    pump();
    expect(late.cursors).toEqual(range(1, 100));
    // Its hundredth event is one that the first upstream has, too.
    expect(service.open.size).toBe(1);
    service.tell(3);
    pump();
    expect([early.cursors, late.cursors]).toEqual([range(1, 103), range(1, 103)]);
    expect(happened).toEqual(['merged']);
  });

  test('that begin now are told nothing of the past', () => {
    const { service, join, pump } = setUp();
    service.tell(3);
    const early = join(now);
    service.tell(2);
    pump();
    const late = join(now);
    service.tell(1);
    pump();
    expect([early.cursors, late.cursors]).toEqual([[4, 5, 6], [6]]);
    expect(service.opened).toBe(1);
    // One that reads what was missed is at no present at all.
    const other = setUp();
    other.service.tell(3);
    const reading = other.join(behind(1));
    const present = other.join(now);
    other.service.tell(1);
    other.pump();
    expect([reading.cursors, present.cursors]).toEqual([[2, 3, 4], [4]]);
  });

  test('leave one by one, and the last one stops the upstream at once', () => {
    const { service, join, happened } = setUp();
    const [one, other] = [join(first), join(first)];
    one.member.unsubscribe();
    expect(service.open.size).toBe(1);
    other.member.unsubscribe();
    expect(service.open.size).toBe(0);
    expect(happened.at(-1)).toBe('empty');
  });

  test('get the end behind the last event, also those that were slow', () => {
    const { service, join, pump } = setUp();
    const [quick, slow] = [join(first), join(first)];
    slow.member.pause();
    service.tell(4);
    pump();
    for (const upstream of service.open) upstream.complete();
    expect([quick.ends, slow.ends, slow.cursors]).toEqual([['complete'], [], []]);
    slow.member.resume();
    expect([slow.ends, slow.cursors]).toEqual([['complete'], range(1, 4)]);
  });
});

describe('a slow subscriber', () => {
  test('holds back nobody, and reads on by an upstream of its own where the log has left it behind', () => {
    const { service, join, pump, happened } = setUp({ maxEvents: 5 });
    const [quick, slow] = [join(first), join(first)];
    service.tell(2);
    pump();
    slow.member.pause();
    service.tell(20);
    pump();
    expect(quick.cursors).toEqual(range(1, 22));
    expect(happened).toContain('fell_behind');
    expect(service.open.size).toBe(1);
    slow.member.resume();
    expect(service.open.size).toBe(2);
    pump();
    expect(slow.cursors).toEqual(range(1, 22));
    expect(service.open.size).toBe(1);
  });

  test('is ended with SLOW_CONSUMER where nobody could say what comes next', () => {
    const { service, join, pump } = setUp({ maxEvents: 5, canResume: false });
    const [quick, slow] = [join(first), join(first)];
    service.tell(2);
    pump();
    slow.member.pause();
    service.tell(20);
    pump();
    expect([slow.ends, slow.cursors, quick.cursors]).toEqual([['SLOW_CONSUMER'], [1, 2], range(1, 22)]);
  });

  test('does hold back the service where nobody else reads', () => {
    const { service, join, pump } = setUp({ maxEvents: 5 });
    const [one, other] = [join(first), join(first)];
    service.tell(1);
    pump();
    one.member.pause();
    other.member.pause();
    service.tell(50);
    pump();
    one.member.resume();
    expect(one.cursors).toEqual([1]);
    pump();
    other.member.resume();
    pump();
    expect([one.cursors, other.cursors]).toEqual([range(1, 51), range(1, 51)]);
  });
});

describe('an upstream that is lost', () => {
  test('is continued behind its last event, for all at once', () => {
    vi.useFakeTimers();
    const { service, join, pump, happened } = setUp();
    const members = [join(first), join(first), join(first)];
    service.tell(3);
    pump();
    for (const upstream of [...service.open]) upstream.lose();
    service.tell(2);
    vi.advanceTimersByTime(10);
    pump();
    for (const { cursors, ends } of members) expect([cursors, ends]).toEqual([range(1, 5), []]);
    expect(service.opened).toBe(2);
    expect(happened).toContain('resumed');
  });

  test('is given up when the service stays away, and each is told', () => {
    vi.useFakeTimers();
    const { service, join, pump } = setUp();
    const members = [join(first), join(first)];
    service.tell(1);
    pump();
    for (let tries = 0; tries < 200 && members[0]?.ends.length === 0; tries += 1) {
      for (const upstream of [...service.open]) upstream.lose();
      vi.advanceTimersByTime(10);
    }
    expect(members.map(({ ends }) => ends)).toEqual([['SUBGRAPH_UNAVAILABLE'], ['SUBGRAPH_UNAVAILABLE']]);
    expect(service.open.size).toBe(0);
  });

  test('is told at once where it cannot be continued', () => {
    for (const options of [{ canResume: false }, {}]) {
      const { service, join, pump } = setUp(options);
      const { ends } = join(now);
      if (options.canResume === false) {
        service.tell(1);
        pump();
      }
      for (const upstream of [...service.open]) upstream.lose();
      expect(ends).toEqual(['SUBGRAPH_UNAVAILABLE']);
    }
  });
});

describe('whatever happens, in whatever order', () => {
  for (const seed of range(1, 40))
    test(`every subscriber has every event behind its position once and in order (seed ${seed})`, () => {
      vi.useFakeTimers();
      const random = createRandom(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const { service, join } = setUp({ maxEvents: 1 + pick(12) });
      const members: { readonly from: number; readonly joined: ReturnType<typeof join> }[] = [];
      const steps: (() => void)[] = [
        () => service.tell(pick(6)),
        () => {
          for (const upstream of [...service.open]) upstream.pump(pick(8));
        },
        () => members.push({ from: 0, joined: join(first) }),
        () => {
          const from = pick(service.told + 1);
          if (from > 0) members.push({ from, joined: join(behind(from)) });
        },
        () => members[pick(members.length)]?.joined.member.pause(),
        () => members[pick(members.length)]?.joined.member.resume(),
        () => {
          const [left] = members.splice(pick(members.length), 1);
          left?.joined.member.unsubscribe();
        },
        () => {
          const upstream = [...service.open][pick(service.open.size)];
          // One that sent nothing yet cannot be continued; that is told, as it would be alone.
          if (upstream && random() < 0.3 && members.every(({ joined }) => joined.cursors.length > 0))
            upstream.lose();
        },
        () => vi.advanceTimersByTime(15),
      ];
      for (let count = 0; count < 400; count += 1) steps[pick(steps.length)]?.();

      const living = members.filter(({ joined }) => joined.ends.length === 0);
      for (let rounds = 0; rounds < 50; rounds += 1) {
        for (const { joined } of living) joined.member.resume();
        vi.advanceTimersByTime(15);
        for (const upstream of [...service.open]) upstream.pump();
      }
      for (const { from, joined } of members) {
        const reached = joined.ends.length === 0 ? service.told : from + joined.cursors.length;
        expect(joined.cursors).toEqual(range(from + 1, reached));
      }
      // One event more brings together whoever is still apart.
      service.tell(1);
      for (let rounds = 0; rounds < 3; rounds += 1) for (const upstream of [...service.open]) upstream.pump();
      expect(service.open.size).toBe(living.length > 0 ? 1 : 0);
      for (const { joined } of members) joined.member.unsubscribe();
      expect(service.open.size).toBe(0);
    });
});

/** mulberry32 */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
