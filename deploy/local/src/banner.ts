/** What a user sees when everything works, and only then. */
import type { ServiceReadiness } from './readiness.ts';

export interface StartedService {
  readonly name: string;
  readonly ms: number;
  readonly baseUrl: string;
  readonly readiness: ServiceReadiness;
}

export interface BannerOptions {
  readonly services: readonly StartedService[];
  /** The gateway's base URL. */
  readonly gatewayUrl: string;
  /** Of the whole start. */
  readonly ms: number;
  readonly databaseOrigin: string;
  readonly dataFolder: string;
  readonly adminKey: {
    readonly file: string /** Shown only the first time. */;
    readonly value: string | undefined;
  };
}

export function formatBanner(options: BannerOptions): string {
  const { services, gatewayUrl, ms, dataFolder, adminKey } = options;
  const webSocketUrl = gatewayUrl.replace(/^http/, 'ws');
  const sections = [
    table(
      services.map(({ name, ms: serviceMs, baseUrl }) => [
        `✓ ${name}`,
        `${serviceMs.toLocaleString('en')} ms`,
        baseUrl,
      ]),
    ),
    table([
      ['GraphQL', `${gatewayUrl}/graphql`],
      ['WebSocket', `${webSocketUrl}/graphql  (graphql-transport-ws)`],
      ['SSE', `${gatewayUrl}/graphql  (accept: text/event-stream)`],
      ['Console', `${gatewayUrl}/`],
      ['Health', `${gatewayUrl}/readyz`],
      ['Metrics', `${gatewayUrl}/metrics`],
    ]),
    table([...implementations(options), ...facts(services)]),
    table([
      ['Data', dataFolder],
      [
        'Admin key',
        adminKey.value ? `${adminKey.value}  (shown once; kept in ${adminKey.file})` : `in ${adminKey.file}`,
      ],
    ]),
  ];
  const title = `Fathom is ready (${(ms / 1000).toFixed(1)} s). Ctrl-C stops it.`;
  return `\n${title}\n\n${sections.join('\n\n')}\n\nAsk something:  npm run ask -- "What is the capital of France?"\n`;
}

/** Which implementation does each part's work; services agree, or each of their answers is listed. */
function implementations({ services, databaseOrigin }: BannerOptions): string[][] {
  const found = new Map<string, Set<string>>();
  for (const { readiness } of services) {
    for (const [part, { implementation }] of Object.entries(readiness.checks)) {
      if (!implementation) continue;
      found.set(part, (found.get(part) ?? new Set()).add(implementation));
    }
  }
  return [...found].map(([part, names]) => [
    capitalised(part),
    `${[...names].join(', ')}${part === 'database' ? ` (${databaseOrigin})` : ''}`,
  ]);
}

/** What services tell of themselves, for instance the devices that inference found. */
function facts(services: readonly StartedService[]): string[][] {
  return services.flatMap(({ readiness }) =>
    Object.entries(readiness.facts).map(([name, value]) => [capitalised(name), value]),
  );
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (held, row) => row.map((cell, column) => Math.max(cell.length, held[column] ?? 0)),
    [],
  );
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}
