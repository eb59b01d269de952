/** What runs here: each service, its entry and what its environment holds beside the common part. */
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';

export interface ServiceDefinition {
  readonly name: string;
  /** Absolute path of its composition root. */
  readonly entry: string;
  readonly environment: (wiring: Wiring) => Readonly<Record<string, string>>;
}

/** What services must know of each other. */
export interface Wiring {
  /** `http://127.0.0.1:4001` */
  readonly baseUrl: (service: string) => string;
  readonly privateJwk: (service: string) => string;
  /** All but the gateway. */
  readonly subgraphs: readonly string[];
  readonly bootstrapKeyFile: string;
  readonly host: string;
}

export const subgraphs = [
  'inference',
  'deep-learning',
  'training',
  'fine-tuning',
  'features',
  'monitoring',
] as const;
/** The services that sign identities. */
export const signers = ['gateway', 'inference', 'training'] as const;

export function serviceTable(root: string = repositoryRoot()): readonly ServiceDefinition[] {
  return [
    // First, since it takes longest: it plans for all the others.
    { name: 'gateway', entry: join(root, 'gateway', 'src', 'index.ts'), environment: gatewayEnvironment },
    ...subgraphs.map((name) => ({
      name,
      entry: join(root, 'subgraphs', name, 'src', 'index.ts'),
      // graphql checks each value against copies of itself otherwise. The gateway's own says whether clients may look around.
      environment: (wiring: Wiring) => ({ NODE_ENV: 'production', ...ownEnvironment[name]?.(wiring) }),
    })),
  ];
}

const ownEnvironment: Readonly<Record<string, ServiceDefinition['environment']>> = {
  inference: ({ baseUrl, privateJwk }) => ({
    IDENTITY_PRIVATE_JWK: privateJwk('inference'),
    DEEP_LEARNING_URL: `${baseUrl('deep-learning')}/graphql`,
  }),
  training: ({ baseUrl, privateJwk }) => ({
    IDENTITY_PRIVATE_JWK: privateJwk('training'),
    DEEP_LEARNING_URL: `${baseUrl('deep-learning')}/graphql`,
    INFERENCE_URL: `${baseUrl('inference')}/graphql`,
    FINE_TUNING_URL: `${baseUrl('fine-tuning')}/graphql`,
  }),
  monitoring: ({ baseUrl, subgraphs: names }) => ({
    MONITORED_SERVICES: JSON.stringify(
      Object.fromEntries([...names, 'gateway'].map((name) => [name, baseUrl(name)])),
    ),
  }),
};

function gatewayEnvironment({
  baseUrl,
  privateJwk,
  subgraphs: names,
  bootstrapKeyFile,
  host,
}: Wiring): Record<string, string> {
  return {
    HOST: host,
    IDENTITY_PRIVATE_JWK: privateJwk('gateway'),
    SUBGRAPH_URLS: JSON.stringify(
      Object.fromEntries(names.map((name) => [name, `${baseUrl(name)}/graphql`])),
    ),
    FATHOM_BOOTSTRAP_KEY_FILE: bootstrapKeyFile,
    APOLLO_TELEMETRY_DISABLED: '1',
  };
}
