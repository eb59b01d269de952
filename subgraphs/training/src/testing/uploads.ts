/** What the tests of uploads send, as a client behind the gateway would. */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { type Identity, identityHeader } from '@fathom/platform/identity';
import type { TestIdentity } from '@fathom/platform/testing/identity';
import type { TestAnswer } from '@fathom/platform/testing/subgraph';

export interface UploadClientOptions {
  /** Of the service's /graphql. */
  readonly url: string;
  readonly identity: TestIdentity;
  request<Data>(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    who?: Partial<Identity>,
  ): Promise<TestAnswer<Data>>;
}

export interface BegunUpload {
  readonly __typename: string;
  readonly id: string;
  readonly isComplete: boolean;
  readonly files: readonly { readonly path: string; readonly receivedBytes: number; readonly url: string }[];
  readonly field?: string;
  readonly message?: string;
}

export interface PutAnswer {
  readonly status: number;
  readonly offset?: number;
  readonly code?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export const announce = (content: Buffer, path = 'examples.jsonl') => ({
  path,
  sizeBytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

const beginMutation = `mutation ($input: BeginUploadInput!) { beginUpload(input: $input) {
  __typename
  ... on Upload { id isComplete files { path receivedBytes url } }
  ... on InvalidInput { field message }
} }`;
const createMutation = `mutation ($input: CreateDataSetFromUploadInput!) { createDataSetFromUpload(input: $input) {
  __typename
  ... on DataSet { id name version exampleCount sizeBytes sha256 sample(first: 1) { prompt completion } }
  ... on InvalidDataSet { message problemCount problems { line code message byteOffset } }
  ... on InvalidInput { field message }
  ... on NotFound { message }
  ... on WrongState { state message }
} }`;

export function createUploadClient({ url, identity, request }: UploadClientOptions) {
  /** The gateway strips the service's name; here the service itself is asked. */
  const addressOf = (path: string) => new URL(path.replace('/uploads/training/', '/uploads/'), url);

  const headersFor = (method: string, url: URL, who?: Partial<Identity>) =>
    identity.headers(
      { audience: 'training', place: `${method} /${`${url.pathname}${url.search}`.slice(1)}` },
      who,
    );

  const sealFor = (headers: Readonly<Record<string, string>>) =>
    identity.signer.sealFor(headers[identityHeader] ?? '');

  return {
    async begin(files: readonly object[], who?: Partial<Identity>): Promise<BegunUpload> {
      const { data, errors } = await request<{ beginUpload: BegunUpload }>(
        beginMutation,
        { input: { files } },
        who,
      );
      if (!data) throw new Error(JSON.stringify(errors));
      return data.beginUpload;
    },

    async put(
      path: string,
      offset: number | string,
      bytes: Buffer,
      who?: Partial<Identity>,
      /** What happens to it under way. */
      alter = (sealed: Buffer): Buffer => sealed,
    ): Promise<PutAnswer> {
      const url = new URL(`?offset=${offset}`, addressOf(path));
      const headers = await headersFor('PUT', url, who);
      const seal = sealFor(headers);
      const body = Buffer.concat([...seal.frames(bytes), seal.end()]);
      const response = await fetch(url, {
        method: 'PUT',
        body: new Uint8Array(alter(body)),
        headers,
      });
      const answer = (await response.json()) as {
        offset?: number;
        errors?: { extensions: Record<string, unknown> & { code: string } }[];
      };
      const extensions = answer.errors?.[0]?.extensions;
      return {
        status: response.status,
        ...(answer.offset === undefined ? {} : { offset: answer.offset }),
        ...(extensions ? { code: extensions.code, extensions } : {}),
      };
    },

    /** A chunk of which only the first bytes are sent, on a connection that stays open. */
    async putPart(path: string, { offset, bytes }: { offset: number; bytes: Buffer }) {
      const url = new URL(`?offset=${offset}`, addressOf(path));
      const headers = await headersFor('PUT', url);
      const part = httpRequest(url, { method: 'PUT', headers });
      const closed = new Promise<void>((resolve) => part.once('close', resolve));
      part.on('error', () => {});
      for (const piece of sealFor(headers).frames(bytes)) part.write(piece);
      return {
        async cut(): Promise<void> {
          part.destroy();
          await closed;
        },
        closed,
      };
    },

    async offsetOf(path: string): Promise<number> {
      const url = new URL(addressOf(path));
      const response = await fetch(url, { method: 'HEAD', headers: await headersFor('HEAD', url) });
      return Number(response.headers.get('upload-offset'));
    },

    async createDataSet(
      input: { uploadId: string; name?: string; format?: string },
      who?: Partial<Identity>,
    ): Promise<Record<string, unknown>> {
      const { data, errors } = await request<{ createDataSetFromUpload: Record<string, unknown> }>(
        createMutation,
        { input: { name: 'uploaded', format: 'JSONL', ...input } },
        who,
      );
      if (!data) throw new Error(JSON.stringify(errors));
      return data.createDataSetFromUpload;
    },
  };
}
