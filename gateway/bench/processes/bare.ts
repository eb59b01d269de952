/** The least that a Node process can do for a stream: answer a request with one event and hold it. What others weigh more is theirs. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './process.ts';

let open = 0;
const server = createServer((request, response) => {
  request.resume();
  open += 1;
  response.once('close', () => {
    open -= 1;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('event: next\ndata: {"data":{"quiet":{"sequence":0}}}\n\n');
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serve({ url: `http://127.0.0.1:${port}/graphql`, headers: {} }, { 'open streams': () => open });
});
