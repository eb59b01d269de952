/** The import rules of the architecture: one way only. A violation fails `npm run check`. */
const services = ['inference', 'deep-learning', 'training', 'fine-tuning', 'features', 'monitoring'];

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Types count: what two files need of each other belongs into a third.',
      from: {},
      to: { circular: true },
    },
    ...services.map((service) => ({
      name: `${service}-imports-no-other-service`,
      severity: 'error',
      comment: 'Services talk through GraphQL and events, never by import.',
      from: { path: `^subgraphs/${service}/` },
      to: { path: `^(gateway|deploy|subgraphs/(?!shared/|${service}/))` },
    })),
    {
      name: 'gateway-imports-no-subgraph',
      severity: 'error',
      comment: 'The gateway knows subgraphs by URL and schema only.',
      from: { path: '^gateway/' },
      to: { path: '^(deploy|subgraphs/(?!shared/platform/))' },
    },
    {
      name: 'shared-is-a-leaf',
      severity: 'error',
      from: { path: '^subgraphs/shared/' },
      to: { path: '^(gateway|schema|deploy|subgraphs/(?!shared/))' },
    },
    {
      name: 'neural-is-pure',
      severity: 'error',
      comment: 'shared/neural knows models, not servers or databases.',
      from: { path: '^subgraphs/shared/neural/' },
      to: { path: '^subgraphs/shared/platform/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'domain/ does no I/O; the clock and randomness are passed in.',
      from: { path: '/src/domain/', pathNot: '[.](test|int)[.]ts$' },
      to: {
        path: '(^node_modules/(pg|ioredis|kafkajs|onnxruntime-node|undici|ws|graphql-ws)/|/src/(stores|events|runtime|resolvers)/|^(node:)?(fs|net|http|child_process|worker_threads)(/|$))',
      },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      // This package holds types alone, so there is nothing to resolve at run time.
      to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(dist/|__generated__/|gateway/console/|node_modules/.*/)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['development', 'import', 'node', 'default'],
    },
  },
};
