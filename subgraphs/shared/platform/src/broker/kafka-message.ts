import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { DeliveredMessage, OutgoingMessage } from './broker.ts';

/**
 * How a message lies in Kafka: key as text, value as JSON, the id in the header `message-id`, other headers as given,
 * so that consumers in other languages read it as well.
 */
const idHeader = 'message-id';

export function toKafkaMessage({ id, key, payload, headers }: OutgoingMessage): Message {
  return { key, value: JSON.stringify(payload ?? null), headers: { ...headers, [idHeader]: id } };
}

export function toDeliveredMessage(
  topic: string,
  partition: number,
  message: KafkaMessage,
): DeliveredMessage {
  const { [idHeader]: id, ...headers } = toText(message.headers);
  return {
    // A message that something else put there has no id; its place is unique as well.
    id: id ?? `${topic}/${partition}/${message.offset}`,
    topic,
    key: message.key?.toString('utf8') ?? '',
    payload: JSON.parse(message.value?.toString('utf8') ?? 'null'),
    headers,
    partition,
    offset: BigInt(message.offset),
    publishedAt: new Date(Number(message.timestamp)),
  };
}

function toText(headers: IHeaders | undefined): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}
