import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { useEffect, useMemo } from 'react';
import askDocument from '../../../schema/operations/ask.graphql?raw';
import provenanceDocument from '../../../schema/operations/generation-provenance.graphql?raw';
import healthDocument from '../../../schema/operations/platform-health.graphql?raw';
import './editor-workers.ts';
import { createStreams, graphqlUrl, headersOf } from './graph.ts';

const tabs = [
  { query: healthDocument },
  {
    query: askDocument,
    variables: JSON.stringify({ input: { question: 'What is the capital of France?' } }, null, 2),
  },
  { query: provenanceDocument, variables: JSON.stringify({ id: '' }, null, 2) },
];

export default function GraphiQLPane({ apiKey }: { readonly apiKey: string }) {
  const streams = useMemo(() => createStreams(apiKey), [apiKey]);
  useEffect(() => () => void streams.dispose(), [streams]);
  const fetcher = useMemo(
    () => createGraphiQLFetcher({ url: graphqlUrl, headers: headersOf(apiKey), wsClient: streams }),
    [apiKey, streams],
  );
  return <GraphiQL fetcher={fetcher} defaultTabs={tabs} />;
}
