/**
 * A small S3 server for tests, after Amazon's published API: one bucket in memory, objects, parts, and Signature Version 4
 * verified by its own arithmetic. Faults are its own: what `intercept` says happens instead of the answer.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface S3TestServer {
  readonly endpoint: string;
  readonly credentials: {
    readonly bucket: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly objects: Map<string, Buffer>;
  /** Uploads in parts that were neither completed nor aborted. */
  readonly uploads: Map<string, Map<number, Buffer>>;
  /** `METHOD key?query` of every request, in order. */
  readonly requests: string[];
  /** What happens instead of the next answers; undefined answers as always. */
  intercept: (request: string) => S3Fault | undefined;
  close(): Promise<void>;
}

export type S3Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** Takes the request and cuts the connection. */
  | { readonly kind: 'cut' }
  /** Answers with the first bytes of the object and cuts the connection. */
  | { readonly kind: 'cut after'; readonly bytes: number };

const bucket = 'test';
const region = 'eu-test-1';
const accessKeyId = 'TESTKEY';
const secretAccessKey = 'test/secret+key';

export async function startS3TestServer(): Promise<S3TestServer> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => refuse(response, 500, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: S3TestServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { bucket, region, accessKeyId, secretAccessKey },
    objects,
    uploads,
    requests,
    intercept: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, started.endpoint);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [first, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const name = `${request.method} ${key}${url.search}`;
    requests.push(name);
    const fault = started.intercept(name);
    if (first !== bucket) refuse(response, 404, 'NoSuchBucket');
    else if (!isSigned(request, url, body)) refuse(response, 403, 'SignatureDoesNotMatch');
    else if (fault) fail(response, fault, objects.get(key));
    else serve(request.method!, { key, query: url.searchParams, body }, response);
  }

  /** The answer of a server that nothing ails. */
  function serve(
    method: string,
    { key, query, body }: { readonly key: string; readonly query: URLSearchParams; readonly body: Buffer },
    response: ServerResponse,
  ): void {
    const uploadId = query.get('uploadId');
    if (method === 'POST' && query.has('uploads')) {
      const id = `upload-${uploads.size + 1}-${objects.size}`;
      uploads.set(id, new Map());
      response.end(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    } else if (uploadId !== null) servePart(method, { key, query, body, uploadId }, response);
    else if (key === '') response.end();
    else if (method === 'PUT') {
      objects.set(key, body);
      response.setHeader('etag', etagOf(body)).end();
    } else if (method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else {
      const object = objects.get(key);
      if (!object) refuse(response, 404, 'NoSuchKey');
      else response.setHeader('content-length', object.length).end(method === 'HEAD' ? '' : object);
    }
  }

  function servePart(
    method: string,
    given: {
      readonly key: string;
      readonly query: URLSearchParams;
      readonly body: Buffer;
      readonly uploadId: string;
    },
    response: ServerResponse,
  ): void {
    const parts = uploads.get(given.uploadId);
    if (!parts) refuse(response, 404, 'NoSuchUpload');
    else if (method === 'PUT') {
      parts.set(Number(given.query.get('partNumber')), given.body);
      response.setHeader('etag', etagOf(given.body)).end();
    } else if (method === 'DELETE') {
      uploads.delete(given.uploadId);
      response.writeHead(204).end();
    } else {
      const listed = [
        ...given.body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g),
      ];
      const whole = listed.flatMap(([, number, etag]) => {
        const part = parts.get(Number(number));
        return part && etag === etagOf(part) ? [part] : [];
      });
      if (whole.length !== parts.size) refuse(response, 400, 'InvalidPart');
      else {
        objects.set(given.key, Buffer.concat(whole));
        uploads.delete(given.uploadId);
        response.end('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
      }
    }
  }
}

const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`;

function fail(response: ServerResponse, fault: S3Fault, object: Buffer | undefined): void {
  if (fault.kind === 'status') refuse(response, fault.status, fault.code);
  else if (fault.kind === 'cut') response.socket?.destroy();
  else {
    response.writeHead(200, { 'content-length': object!.length });
    response.write(object!.subarray(0, fault.bytes), () => response.socket?.destroy());
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status)
    .end(`<Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`);
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** Signature Version 4, as its documentation says, and the hash of the body that it signs. */
function isSigned({ method, headers }: IncomingMessage, url: URL, body: Buffer): boolean {
  const found =
    /Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      headers.authorization ?? '',
    );
  if (!found) return false;
  const [, keyId, day, signedRegion, signedHeaders, signature] = found as unknown as string[];
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const canonical = [
    method,
    url.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...signedHeaders!.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signedHeaders,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${signedRegion}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day!), signedRegion!), 's3'), 'aws4_request');
  return (
    keyId === accessKeyId &&
    signedRegion === region &&
    headers['x-amz-content-sha256'] === sha256(body) &&
    createHmac('sha256', key).update(text).digest('hex') === signature
  );
}
