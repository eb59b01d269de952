/** Work that goes on for longer than whoever asked for it may wait: who asks for the same meanwhile waits for the same. */
export type SharedWork = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createSharedWork(): SharedWork {
  const underWay = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const known = underWay.get(key);
    if (known) return known as Promise<T>;
    const begun = work().finally(() => underWay.delete(key));
    underWay.set(key, begun);
    return begun;
  };
}
