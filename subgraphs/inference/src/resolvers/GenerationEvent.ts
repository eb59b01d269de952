/** One type an event; what they have in common comes first. */
import type {
  ChoiceCompletedResolvers,
  GenerationCompletedResolvers,
  GenerationEventResolvers,
  GenerationFailedResolvers,
  GenerationRoutedResolvers,
  GenerationStartedResolvers,
  TextRetractedResolvers,
  TokenGeneratedResolvers,
} from '../__generated__/resolvers.ts';
import type { GenerationEvent as StoredEvent } from '../domain/generation.ts';
import type { Event } from '../mappers.ts';
import { toUsage } from './usage.ts';

const typeNames = {
  started: 'GenerationStarted',
  routed: 'GenerationRouted',
  token: 'TokenGenerated',
  'choice-completed': 'ChoiceCompleted',
  retracted: 'TextRetracted',
  completed: 'GenerationCompleted',
  failed: 'GenerationFailed',
} as const;

export const GenerationEvent: GenerationEventResolvers = {
  __resolveType: ({ event }) => typeNames[event.type],
};

const common = {
  generation: ({ record }: Event) => ({ record, hasTokens: true }),
  sequence: ({ sequence }: Event) => sequence,
  cursor: ({ cursor }: Event) => cursor,
};

export const GenerationStarted: GenerationStartedResolvers = { ...common };

export const GenerationRouted: GenerationRoutedResolvers = {
  ...common,
  service: ({ event }) => as(event, 'routed').service,
  reason: ({ event }) => as(event, 'routed').reason,
  explanation: ({ event }) => as(event, 'routed').explanation,
  score: ({ event }) => as(event, 'routed').score ?? null,
  bound: ({ event }) => as(event, 'routed').bound ?? null,
  calibrationVersion: ({ event }) => as(event, 'routed').calibrationVersion ?? null,
};

export const TokenGenerated: TokenGeneratedResolvers = {
  ...common,
  text: ({ event }) => as(event, 'token').text,
  tokenId: ({ event }) => as(event, 'token').tokenId ?? null,
  logProbability: ({ event }) => as(event, 'token').logProbability ?? null,
  choice: ({ event }) => as(event, 'token').choice ?? 0,
  topLogProbabilities: ({ event }) => as(event, 'token').top ?? [],
};

export const ChoiceCompleted: ChoiceCompletedResolvers = {
  ...common,
  choice: ({ event }) => as(event, 'choice-completed').choice,
  finishReason: ({ event }) => as(event, 'choice-completed').finishReason,
};

export const TextRetracted: TextRetractedResolvers = {
  ...common,
  retractedText: ({ event }) => as(event, 'retracted').text,
};

export const GenerationCompleted: GenerationCompletedResolvers = {
  ...common,
  finishReason: ({ event }) => as(event, 'completed').finishReason,
  usage: ({ event }) => toUsage(as(event, 'completed').usage),
};

export const GenerationFailed: GenerationFailedResolvers = {
  ...common,
  code: ({ event }) => as(event, 'failed').code,
  message: ({ event }) => as(event, 'failed').message,
};

/** The event as the type that `__resolveType` has found it to be. */
function as<Type extends StoredEvent['type']>(
  event: StoredEvent,
  type: Type,
): Extract<StoredEvent, { type: Type }> {
  if (event.type !== type) throw new Error(`A ${event.type} event was resolved as ${type}.`);
  return event as Extract<StoredEvent, { type: Type }>;
}
