import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeferred, type Deferred } from '../../deferred.ts';
import { createS3Client } from './s3-client.ts';

// Time is the test's own; a server that says nothing, or stops in its answer, is a real one.
const timeoutMs = 60_000;
let server: Server;
let asked: Deferred<ServerResponse>;
beforeEach(async () => {
  asked = createDeferred();
  server = createServer((request, response) => {
    request.resume().on('end', () => asked.resolve(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = () =>
  createS3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: 'test',
    region: 'eu-test-1',
    accessKeyId: 'TESTKEY',
    secretAccessKey: 'secret',
    attempts: 1,
    timeoutMs,
  });

test('a server that takes a request and says nothing is given up after the timeout, by name', async () => {
  const answer = client().send({ method: 'GET', key: 'artifacts/a' });
  const refusal = expect(answer).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    retryable: true,
    message: expect.stringContaining('no answer in 60000 ms'),
  });
  await asked.promise;
  vi.advanceTimersByTime(timeoutMs);
  await refusal;
});

test('an answer that has begun may take as long as it needs', async () => {
  const answer = client().send({ method: 'GET', key: 'artifacts/a' });
  const response = await asked.promise;
  response.writeHead(200, { 'content-length': 10 });
  response.write('first');
  const begun = await answer;
  vi.advanceTimersByTime(10 * timeoutMs);
  response.end(' last');
  expect(await begun.text()).toBe('first last');
});
