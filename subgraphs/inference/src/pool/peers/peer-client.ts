/** Asks one inference process, as one service asks another: signed anew with each exchange. */
import type { Readable } from 'node:stream';
import { identityHeader } from '@fathom/platform/identity';
import type { ProofPlace } from '@fathom/platform/identity-proof';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import { injectTrace } from '@fathom/platform/telemetry/tracing';
import { Agent, request } from 'undici';
import type { EngineRequest } from '../../engine/protocol.ts';
import { type PeerReport, peerReportSchema, peerScope, reportPath, requestsPath } from './peer-protocol.ts';

export interface PeerClient {
  readonly url: string;
  /** Throws where there is none, it is no peer, or it is one of another release. */
  report(): Promise<PeerReport>;
  /** Throws where the peer does not take the request. */
  compute(request: EngineRequest, signal: AbortSignal): Promise<Readable>;
  close(): Promise<void>;
}

const identity = {
  subject: 'inference',
  tenant: 'platform',
  roles: ['service'],
  scopes: [peerScope],
} as const;
const reportTimeoutMs = 2_000;
const answerTimeoutMs = 5_000;

export function createPeerClient(url: string, signer: IdentitySigner): PeerClient {
  const agent = new Agent({
    connections: 256,
    pipelining: 1,
    connectTimeout: reportTimeoutMs,
    headersTimeout: answerTimeoutMs,
    // Who waits in a queue hears nothing; reports say whether the peer lives.
    bodyTimeout: 0,
  });
  const sign = async (place: ProofPlace, body?: string): Promise<Record<string, string>> => ({
    [identityHeader]: await signer.sign(identity, { audience: 'inference', place, body }),
    ...injectTrace(),
  });
  return {
    url,
    async report() {
      const { statusCode, body } = await request(`${url}${reportPath}`, {
        dispatcher: agent,
        headers: await sign(`GET ${reportPath}`),
        signal: AbortSignal.timeout(reportTimeoutMs),
      });
      const text = await body.text();
      if (statusCode !== 200) throw new PeerRefusedError(url, statusCode, text);
      return peerReportSchema.parse(JSON.parse(text));
    },
    async compute(engineRequest, signal) {
      const asked = JSON.stringify(engineRequest);
      const { statusCode, body } = await request(`${url}${requestsPath}`, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json', ...(await sign(`POST ${requestsPath}`, asked)) },
        body: asked,
        signal,
      });
      if (statusCode === 200) return body;
      throw new PeerRefusedError(url, statusCode, await body.text());
    },
    close: () => agent.destroy(),
  };
}

/** It lives, and takes nothing: it drains, is full, or is no peer. */
export class PeerRefusedError extends Error {
  override readonly name = 'PeerRefusedError';

  constructor(url: string, status: number, answer: string) {
    super(`${url} answered ${status}: ${answer.slice(0, 300)}`);
  }
}
