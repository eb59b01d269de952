import type { Broker, OutgoingMessage } from '../broker/broker.ts';
import { raisePlatform } from '../errors.ts';

export interface RecordingBroker extends Pick<Broker, 'publish'> {
  /** What was accepted, in order. */
  readonly published: readonly OutgoingMessage[];
  /** From now on every publish throws this; `undefined` ends it. */
  failWith(error: Error | undefined): void;
  /** Messages that it will never take. */
  refuse(isRefused: (message: OutgoingMessage) => boolean): void;
}

/** The publishing half of a broker, for tests of what publishes. `deliver` runs for each message before it is accepted. */
export function createRecordingBroker(
  deliver: (message: OutgoingMessage) => Promise<void> = async () => undefined,
): RecordingBroker {
  const published: OutgoingMessage[] = [];
  let failure: Error | undefined;
  let isRefused = (_: OutgoingMessage): boolean => false;
  return {
    published,
    failWith: (error) => {
      failure = error;
    },
    refuse: (predicate) => {
      isRefused = predicate;
    },
    publish: async (messages) => {
      if (failure) throw failure;
      if (messages.some(isRefused)) throw raisePlatform('BAD_USER_INPUT', { because: 'refused by the test' });
      for (const message of messages) {
        await deliver(message);
        published.push(message);
      }
    },
  };
}
