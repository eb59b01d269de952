/** A worker thread's end of the channel to the service. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { EnginePort } from './engine-port.ts';
import type { ToWorker } from './protocol.ts';

export function openThreadPort(parent: MessagePort): EnginePort {
  let hear: (message: ToWorker) => void = () => {};
  return {
    postMessage: (message) => parent.postMessage(message),
    listen(listener) {
      hear = listener;
      parent.on('message', listener);
    },
    takeMessages() {
      // The same queue that `message` events come from, in the same order.
      for (let next = receiveMessageOnPort(parent); next; next = receiveMessageOnPort(parent))
        hear(next.message as ToWorker);
    },
    close: () => parent.close(),
  };
}
