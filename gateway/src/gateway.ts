/** The gateway as a whole, from its parts to a listening port. `index.ts` composes it from the environment. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { AppError } from '@fathom/platform/errors';
import { createHealth, type Probe } from '@fathom/platform/server/health';
import { InFlight } from '@fathom/platform/server/in-flight';
import { listen } from '@fathom/platform/server/listen';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { entranceOf } from './audit/entrance.ts';
import { raise } from './errors.ts';
import { sendConsoleFile } from './http/console-files.ts';
import { applyCors, isAllowedOrigin, SecuredResponse } from './http/security-headers.ts';
import { graphqlBody, sendRefusal } from './http/send-refusal.ts';
import type { TlsSettings } from './http/tls-settings.ts';
import { createMcpEndpoint } from './mcp/mcp-endpoint.ts';
import { createOpenAiFacade } from './openai/openai-facade.ts';
import type { CheckedInOperations } from './persisted/checked-in-operations.ts';
import type { GatewayPolicy } from './policy.ts';
import type { RelaySettings } from './relay/relay-settings.ts';
import { startSubgraphRelay } from './relay/subgraph-relay.ts';
import type { GatewayService } from './transports/gateway-service.ts';
import { brokeOff, createHttpTransport } from './transports/http.ts';
import { refuseUpgrade } from './transports/refuse-upgrade.ts';
import { createWebSocketTransport } from './transports/websocket.ts';
import { createUploadRelay } from './uploads/upload-relay.ts';
import type { UploadSettings } from './uploads/upload-settings.ts';

export interface GatewayOptions extends Omit<GatewayService, 'isDraining' | keyof GatewayPolicy> {
  /** As it is now. */
  readonly policy: () => GatewayPolicy;
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly facts: () => Readonly<Record<string, string>>;
  readonly uploads: UploadSettings;
  readonly relay?: RelaySettings | undefined;
  /** How long a service may take for an answer to a router. */
  readonly relayTimeoutMs: number;
  /** The built console. */
  readonly consoleFolder: string;
  readonly drainTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** Those that the façades translate to. */
  readonly operations: CheckedInOperations;
  readonly tls: TlsSettings | undefined;
}

export interface Gateway {
  readonly port: number;
  readonly url: string;
  /** Where a router reaches the services, if it may. */
  readonly relayUrl: string | undefined;
  /** Stops taking requests, lets those under way end, asks streams to reconnect elsewhere. */
  close(): Promise<void>;
}

const graphqlPath = '/graphql';
/** Of nearly every request, so it is not made of each one's text. */
const graphqlUrl = new URL(graphqlPath, 'http://gateway');

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const inFlight = new InFlight();
  let draining = false;
  const isDraining = () => draining;
  const { policy } = options;
  const service: GatewayService = {
    ...options,
    isDraining,
    get authenticator() {
      return policy().authenticator;
    },
    get admission() {
      return policy().admission;
    },
    get maxBodyBytes() {
      return policy().maxBodyBytes;
    },
    get bodyTimeoutMs() {
      return policy().bodyTimeoutMs;
    },
    get maxBatchOperations() {
      return policy().maxBatchOperations;
    },
    get publicIntrospection() {
      return policy().publicIntrospection;
    },
  };
  const health = createHealth({
    service: 'gateway',
    metrics: options.metrics,
    probes: options.probes,
    facts: options.facts,
    isDraining,
  });
  const handleGraphQL = createHttpTransport(service);
  const webSockets = createWebSocketTransport(service);
  const answerMcp = createMcpEndpoint(service, options.operations);
  const uploads = createUploadRelay(service, options.uploads);
  const answerOpenAi = createOpenAiFacade(service, options.operations, uploads);

  function route(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    const url = request.url === graphqlPath ? graphqlUrl : urlOf(request);
    if (url !== graphqlUrl && url.pathname !== graphqlPath) return routeElsewhere(request, response, url);
    return applyCors(policy().cors, request, response) ? undefined : handleGraphQL(request, response, url);
  }

  async function routeElsewhere(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { cors, issuer } = policy();
    if (url.pathname.startsWith('/v1/')) {
      if (applyCors(cors, request, response)) return;
      await answerOpenAi(request, response, url);
    } else if (url.pathname.startsWith('/uploads/')) {
      if (applyCors(cors, request, response)) return;
      await uploads.handle(request, response, url);
    } else if (await issuer?.endpoint.handle(request, response, url)) {
      return;
    } else if (url.pathname === '/mcp') {
      if (applyCors(cors, request, response)) return;
      // The protocol asks for it: a page that rebound its name to this machine must not reach the tools.
      if (!isAllowedOrigin(cors, request))
        throw raise('FORBIDDEN', { because: 'pages of this origin may not call' });
      await answerMcp(request, response);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw raise('NOT_FOUND');
    } else if (!(await health.handle(url.pathname, response))) {
      await sendConsoleFile(options.consoleFolder, url.pathname, response);
    }
  }

  /** What no entrance of its own has refused. */
  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (brokeOff(service, response, error)) return;
    void inTrace(
      `${request.method} elsewhere`,
      { 'http.request.method': request.method ?? '' },
      async (trace) => {
        const entrance = entranceOf(request);
        const isMethod = error instanceof AppError && error.status === 404 && request.method !== 'GET';
        const status = isMethod ? { status: 405 } : {};
        const asked = { transport: 'http', entrance, principal: undefined, trace, ...status } as const;
        const refused = service.refusals.record(asked, error);
        sendRefusal(response, refused, {
          body: graphqlBody(refused),
          ...(isMethod ? { status: 405, headers: { allow: 'GET, HEAD' } } : {}),
        });
      },
      { from: request.headers },
    );
  }

  const server = serverFor(options, (request, response) => {
    const ticket = inFlight.open();
    response.on('close', () => ticket.close());
    const failed = (error: unknown): void => refuse(request, response, error);
    try {
      route(request, response)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      if (draining) throw raise('SHUTTING_DOWN');
      if (urlOf(request).pathname !== graphqlPath) throw raise('NOT_FOUND');
      webSockets.handleUpgrade(request, socket, head);
    } catch (error) {
      refuseUpgrade(service, { request, socket, transport: 'websocket' }, error);
    }
  });
  const { relayTimeoutMs: answerTimeoutMs, drainTimeoutMs } = options;
  const relay =
    options.relay &&
    (await startSubgraphRelay({ service, settings: options.relay, answerTimeoutMs, drainTimeoutMs }));
  const port = await listen(server, { host: options.host, port: options.port });

  return {
    port,
    url: `${options.tls ? 'https' : 'http'}://${options.host}:${port}`,
    relayUrl: relay?.url,
    async close() {
      draining = true;
      options.clients.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await webSockets.close();
      await relay?.close();
      await inFlight.settle(options.drainTimeoutMs);
      // What is left are requests that took too long, and connections on which nothing was ever asked.
      server.closeAllConnections();
      await closed;
      await uploads.close();
    },
  };
}

/** What is no path at all, such as `//`, is refused like everything else. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  if (!URL.canParse(url, graphqlUrl.href)) throw raise('BAD_REQUEST', { because: 'its path cannot be read' });
  return new URL(url, graphqlUrl);
}

function serverFor(options: GatewayOptions, answer: RequestListener): Server {
  const { tls } = options;
  if (!tls) return createServer(serverOptions(options), answer);
  const { cert, key, clients } = tls;
  const certified = clients.kind === 'certified' && clients;
  return createTlsServer(
    {
      ...serverOptions(options),
      cert,
      key,
      minVersion: 'TLSv1.2',
      ...(certified
        ? // One of another authority is let in where none is required, and stands for nobody.
          { ca: certified.authority, requestCert: true, rejectUnauthorized: certified.required }
        : {}),
    },
    answer,
  );
}

/**
 * Who sends headers slower than that is holding a connection, not asking for something. A body has deadlines of its own:
 * an upload may take long, an operation may not.
 */
function serverOptions({ headersTimeoutMs }: GatewayOptions) {
  return {
    ServerResponse: SecuredResponse,
    keepAliveTimeout: 65_000,
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
  };
}
