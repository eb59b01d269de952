/** A WebSocket that is not opened: refused in HTTP, on the bare socket, under the trace of its request. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { entranceOf } from '../audit/entrance.ts';
import type { Transport } from '../observability/operation-log.ts';
import type { GatewayService } from './gateway-service.ts';

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly transport: Transport;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  503: 'Service Unavailable',
};

export function refuseUpgrade(service: GatewayService, upgrade: Upgrade, why: unknown): void {
  const { request, socket, transport } = upgrade;
  void inTrace(
    'UPGRADE',
    {},
    async (trace) => {
      const asked = { transport, entrance: entranceOf(request), principal: undefined, trace };
      const { status } = service.refusals.record(asked, why);
      socket.end(
        `HTTP/1.1 ${status} ${reasons[status] ?? 'Internal Server Error'}\r\nconnection: close\r\n\r\n`,
      );
    },
    { from: request.headers },
  );
}
