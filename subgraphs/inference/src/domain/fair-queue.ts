/**
 * Requests that wait for a slot, and whose turn it is.
 *
 * Between tenants: who has been served least comes first. Service is counted in tokens, a token of a prompt as one and a
 * generated one as two, which is about what they take of a device. A tenant that comes back begins where the least
 * served of those waiting stands, so that nobody saves up turns by being away. Source: the virtual token counter of Sheng et
 * al., "Fairness in Serving Large Language Models", OSDI 2024; two tenants that always have requests waiting never get
 * further apart than what one batch can hold.
 *
 * Within a tenant: higher priority first, then in the order of arrival. So a priority never takes another tenant's turn.
 */
export const priorities = ['HIGH', 'NORMAL', 'LOW'] as const;
export type Priority = (typeof priorities)[number];

export interface QueuedRequest {
  readonly id: string;
  readonly tenant: string;
  readonly priority: Priority;
}

export const promptTokenCost = 1;
export const generatedTokenCost = 2;

type Lanes<Request> = Readonly<Record<Priority, Map<string, Request>>>;

export class FairQueue<Request extends QueuedRequest> {
  readonly #waiting = new Map<string, Lanes<Request>>();
  readonly #tenantOf = new Map<string, string>();
  /** Tokens served, by tenant. */
  readonly #served = new Map<string, number>();
  /** Where the tenant stood that was served last: the least that one who comes back begins with. */
  #floor = 0;

  get size(): number {
    return this.#tenantOf.size;
  }

  has(id: string): boolean {
    return this.#tenantOf.has(id);
  }

  push(request: Request): void {
    const { id, tenant, priority } = request;
    if (!this.#waiting.has(tenant)) this.#arrive(tenant);
    this.#waiting.get(tenant)?.[priority].set(id, request);
    this.#tenantOf.set(id, tenant);
  }

  remove(id: string): boolean {
    const tenant = this.#tenantOf.get(id);
    const lanes = tenant === undefined ? undefined : this.#waiting.get(tenant);
    if (tenant === undefined || !lanes) return false;
    for (const priority of priorities) lanes[priority].delete(id);
    this.#tenantOf.delete(id);
    if (priorities.every((priority) => lanes[priority].size === 0)) this.#waiting.delete(tenant);
    return true;
  }

  /** Whose turn it is, left where it is. */
  next(): Request | undefined {
    for (const request of this.#inTurn()) return request;
    return undefined;
  }

  /** Takes the next request that can be taken. One that cannot does not hold up those that can. */
  take(canTake: (request: Request) => boolean): Request | undefined {
    for (const request of this.#inTurn()) {
      if (!canTake(request)) continue;
      this.#floor = Math.max(this.#floor, this.#servedOf(request.tenant));
      this.remove(request.id);
      return request;
    }
    return undefined;
  }

  /** Counts tokens that were served to a tenant; a negative cost takes back what was counted too early. */
  charge(tenant: string, cost: number): void {
    this.#served.set(tenant, this.#servedOf(tenant) + cost);
  }

  *waiting(): Iterable<Request> {
    for (const lanes of this.#waiting.values())
      for (const priority of priorities) yield* lanes[priority].values();
  }

  /** Nothing waits and nothing runs: there is nobody to be fair against, and nothing to remember. */
  reset(): void {
    this.#served.clear();
    this.#floor = 0;
  }

  *#inTurn(): Iterable<Request> {
    const tenants = [...this.#waiting.keys()].sort((a, b) => this.#servedOf(a) - this.#servedOf(b));
    for (const tenant of tenants)
      for (const priority of priorities) yield* this.#waiting.get(tenant)?.[priority].values() ?? [];
  }

  #arrive(tenant: string): void {
    const waiting = [...this.#waiting.keys()].map((other) => this.#servedOf(other));
    const least = waiting.length > 0 ? Math.min(...waiting) : this.#floor;
    this.#served.set(tenant, Math.max(this.#servedOf(tenant), least));
    this.#waiting.set(tenant, { HIGH: new Map(), NORMAL: new Map(), LOW: new Map() });
  }

  #servedOf(tenant: string): number {
    return this.#served.get(tenant) ?? 0;
  }
}
