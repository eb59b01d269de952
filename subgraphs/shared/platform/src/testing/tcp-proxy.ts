/** A wire that can be cut, held and frozen, between two parts that speak TCP. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Connections made so far through it. */
  readonly connections: number;
  readonly open: number;
  /** Resets every connection, as the kernel does for a killed process, and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
  /** Where connections lead that are made from now on. */
  redirect(port: number): void;
  /** Accepts connections from now on and forwards nothing on them: a process that hangs. */
  hold(): void;
  /** Forwards nothing any more, and closes nothing: a host that lost its power. */
  freeze(): void;
  /** Forwards what was frozen, and whatever comes. */
  thaw(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  let target = targetPort;
  let isCut = false;
  let isHeld = false;
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    if (!isHeld) near.pipe(far).pipe(near);
    // Whichever end goes, however it goes, the other end sees it.
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get open() {
      return pairs.size;
    },
    cut() {
      isCut = true;
      for (const { near, far } of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    redirect(port) {
      target = port;
    },
    hold() {
      isHeld = true;
    },
    mend() {
      isCut = false;
      isHeld = false;
    },
    freeze() {
      for (const { near, far } of pairs) {
        near.unpipe();
        far.unpipe();
        near.pause();
        far.pause();
      }
    },
    thaw() {
      for (const { near, far } of pairs) near.pipe(far).pipe(near);
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
