// First and second npm start, the first token of warm questions, and how long each service needs to be back after kill -9.
import { setTimeout as pause } from 'node:timers/promises';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { readOperation } from '@fathom/schema/operations';
import { newHome, type Product, removeHome, startProduct } from '../../e2e/product.ts';

/*
 * `npm start` on a fresh data folder, Ctrl-C, `npm start` on the same folder; time runs from the command to the banner.
 *
 * First token: twenty different questions, one after another, none asked before, over one WebSocket that is open; time
 * runs from the request to the first event with text. The peer is the answer cache: the same questions a second time.
 *
 * A killed service is back when its process is another one, the gateway's /readyz is 200 and a question that only this
 * service can answer is answered through the gateway. The gateway itself is back when it answers any.
 */
const countries = [
  'France',
  'Spain',
  'Italy',
  'Japan',
  'Norway',
  'Sweden',
  'Finland',
  'Poland',
  'Greece',
  'Egypt',
  'Kenya',
  'Peru',
  'Chile',
  'Cuba',
  'India',
  'China',
  'Canada',
  'Austria',
  'Hungary',
  'Portugal',
];
const questions = countries.map((country) => `What is the capital of ${country}?`);
const services: Readonly<Record<string, string>> = {
  inference: '{ devices { id } }',
  'deep-learning': '{ unknownQuestions(first: 1) { __typename } }',
  training: '{ trainingRuns(first: 1) { __typename } }',
  'fine-tuning': '{ fineTuningJobs(first: 1) { __typename } }',
  features: '{ featureEntities { id } }',
  monitoring: '{ services { name } }',
  gateway: '{ viewer { __typename } }',
};
const giveUpMs = 30_000;

const home = await newHome();
let product: Product | undefined;
try {
  const first = await timed(async () => {
    product = await startProduct({ home });
  });
  await stop();
  const second = await timed(async () => {
    product = await startProduct({ home });
  });
  const running = product as Product | undefined;
  if (!running) throw new Error('the product was started');

  await firstTokenMs(running, 'What is the capital of Germany?');
  const fresh: number[] = [];
  for (const question of questions) fresh.push(await firstTokenMs(running, question));
  const cached: number[] = [];
  for (const question of questions) cached.push(await firstTokenMs(running, question));

  const back: (readonly [string, number])[] = [];
  for (const [service, query] of Object.entries(services))
    back.push([service, await killAndWait(running, service, query)]);

  printMachine();
  printTable(
    ['npm start', 'ms to the banner'],
    [
      ['first, fresh data folder', Math.round(first)],
      ['second', Math.round(second)],
    ],
  );
  process.stdout.write('\n');
  printTable(
    [`first token of ${questions.length} questions, ms`, 'p50', 'p95'],
    [
      ['never asked before', Math.round(quantile(fresh, 0.5)), Math.round(quantile(fresh, 0.95))],
      ['asked again', Math.round(quantile(cached, 0.5)), Math.round(quantile(cached, 0.95))],
    ],
  );
  process.stdout.write('\n');
  printTable(
    ['kill -9', 'ms until it answers again'],
    back.map(([service, ms]) => [service, Math.round(ms)]),
  );
  printBound({ name: 'second-start-ms', measured: second, required: 8_000, direction: 'at-most' });
  printBound({
    name: 'first-token-p50-ms',
    measured: quantile(fresh, 0.5),
    required: 100,
    direction: 'at-most',
  });
  for (const [service, measured] of back)
    printBound({ name: `${service}-back-ms`, measured, required: 5_000, direction: 'at-most' });
} finally {
  await stop();
  await removeHome(home);
}

async function stop(): Promise<void> {
  const running = product;
  product = undefined;
  await running?.stop();
}

async function timed(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

/** Reads the answer to its end, so that questions do not overlap. Throws if it has no text. */
async function firstTokenMs({ client }: Product, question: string): Promise<number> {
  const startedAt = performance.now();
  let firstAt: number | undefined;
  const events = client.stream<{ readonly ask: { readonly text?: string } }, { input: { question: string } }>(
    readOperation('ask'),
    { input: { question } },
  );
  for await (const { ask } of events) if (ask.text) firstAt ??= performance.now();
  if (firstAt === undefined) throw new Error(`no text came for "${question}"`);
  return firstAt - startedAt;
}

/** Milliseconds from the kill on. Throws if the service is not back within 30 s. */
async function killAndWait(running: Product, service: string, query: string): Promise<number> {
  const pid = await running.pidOf(service);
  if (pid === undefined) throw new Error(`${service} has no process`);
  // A question that is wrong in itself must not look like a service that stays away.
  await running.client.request(query);
  const startedAt = performance.now();
  process.kill(pid, 'SIGKILL');
  while (!(await isBack(running, { service, query, formerPid: pid }))) {
    if (performance.now() - startedAt > giveUpMs) throw new Error(`${service} is not back after 30 s`);
    await pause(20);
  }
  return performance.now() - startedAt;
}

async function isBack(
  { client, url, pidOf }: Product,
  {
    service,
    query,
    formerPid,
  }: { readonly service: string; readonly query: string; readonly formerPid: number },
): Promise<boolean> {
  const pid = await pidOf(service);
  if (pid === undefined || pid === formerPid) return false;
  try {
    if (!(await fetch(`${url}/readyz`)).ok) return false;
    await client.request(query);
    return true;
  } catch {
    // Not there yet; the caller asks again until it gives up.
    return false;
  }
}
