import { createLogger } from '@fathom/platform/logging';
import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultSettings } from '../settings.ts';
import { createServices } from './services.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const services = () =>
  createServices({
    local: {},
    metrics: createMetrics({ service: 'gateway', processMetrics: false }),
    logger: createLogger({ service: 'gateway', level: 'silent' }),
    pause: async () => undefined,
  });
const at = (url: string, queryTimeoutMs = 1_000) => ({
  ...defaultSettings,
  subgraphUrls: { shop: url },
  fetches: { ...defaultSettings.fetches, queryTimeoutMs },
});

test('a service is the same one for as long as its place and settings are', () => {
  const { of } = services();
  const first = of(at('http://a.example'), 'shop', undefined);
  expect(of(at('http://a.example'), 'shop', undefined).subgraph).toBe(first.subgraph);
  expect(of(at('http://b.example'), 'shop', undefined).subgraph).not.toBe(first.subgraph);
  expect(of(at('http://a.example', 2_000), 'shop', undefined).subgraph).not.toBe(first.subgraph);
});

test('what no snapshot holds any more is let go of a minute later, unless it is asked for again', () => {
  const { of, hold, letGo } = services();
  const [a, b] = [at('http://a.example'), at('http://b.example')];
  const shop = (routing: typeof a) => of(routing, 'shop', undefined);
  const atA = shop(a);
  hold({ shop: atA });
  hold({ shop: atA });
  const atB = shop(b);
  hold({ shop: atB });
  letGo({ shop: atA });
  vi.advanceTimersByTime(120_000);
  expect(shop(a).subgraph).toBe(atA.subgraph);
  letGo({ shop: atA });
  vi.advanceTimersByTime(59_000);
  expect(shop(a).subgraph).toBe(atA.subgraph);
  hold({ shop: atA });
  letGo({ shop: atA });
  vi.advanceTimersByTime(61_000);
  expect(shop(a).subgraph).not.toBe(atA.subgraph);
  expect(shop(b).subgraph).toBe(atB.subgraph);
});

test('what was made for a graph that did not load is let go of with the next change', () => {
  const { of, hold } = services();
  const unused = of(at('http://a.example'), 'shop', undefined);
  hold({ shop: of(at('http://b.example'), 'shop', undefined) });
  vi.advanceTimersByTime(61_000);
  expect(of(at('http://a.example'), 'shop', undefined).subgraph).not.toBe(unused.subgraph);
});
