/**
 * Says something on each quiet stream now and then, so that proxies do not close it. A wheel with one timer for all of them:
 * ten thousand timers of their own would take memory and wake the process ten thousand times.
 *
 *   every second one slot is turned to:   [0] [1] … [11]   each holds the streams that came while it was the last
 */
import type { ServerResponse } from 'node:http';

const slotMs = 1_000;
const slotCount = 12;

type Slot = Map<ServerResponse, string>;

const slots: readonly Slot[] = Array.from({ length: slotCount }, () => new Map());
let current = 0;
let alive = 0;
let timer: NodeJS.Timeout | undefined;

/** Until the response closes. The first one is due when the wheel has turned once: after 11 to 12 seconds. */
export function keepAlive(response: ServerResponse, heartbeat: string): void {
  if (response.destroyed) return;
  const slot = slots[current] as Slot;
  slot.set(response, heartbeat);
  alive += 1;
  timer ??= setInterval(turn, slotMs).unref();
  response.once('close', () => {
    slot.delete(response);
    alive -= 1;
    if (alive > 0) return;
    clearInterval(timer);
    timer = undefined;
  });
}

function turn(): void {
  current = (current + 1) % slotCount;
  for (const [response, heartbeat] of slots[current] as Slot)
    if (!response.writableEnded) response.write(heartbeat);
}
