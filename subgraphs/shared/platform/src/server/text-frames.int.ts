/** Frames as a client of other people's making reads them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createTextFrames } from './text-frames.ts';

const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

test('texts of every length arrive whole and in order, between what the WebSocket sends itself', async () => {
  const texts = [
    ...lengths.map((length) => 'x'.repeat(length)),
    '{"text":"Grüße, 世界 🌍"}'.repeat(9),
    'last',
  ];
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer().on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const frames = createTextFrames(socket, stream, 'read');
      for (const text of texts) {
        frames.send(text, () => undefined);
        socket.send('own');
      }
      socket.close(1000);
      frames.send('behind the close frame', () => undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: string[] = [];
  client.on('message', (data, isBinary) => received.push(isBinary ? 'binary' : String(data)));
  const [code] = await once(client, 'close');
  expect(code).toBe(1000);
  expect(received).toEqual(texts.flatMap((text) => [text, 'own']));
  server.close();
});
