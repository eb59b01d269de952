/** How services fail on the wire, by chance. Where the bytes of chance have ended, all is well. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ByteChoices } from './byte-choices.ts';
import type { Damage, StreamDamage } from './suite-server.ts';

/** One of the ways in which an answer arrives that is none any more. */
export function damageOf(choices: ByteChoices): Damage {
  const kind = choices.pick(['cut', 'broken off', 'changed', 'page', 'empty', 'twice', 'chunked'] as const);
  const [place, character] = [choices.below(256), choices.below(128)];
  return (response, json) => {
    const at = Math.floor((place / 256) * json.length);
    const head = { 'content-type': 'application/json' };
    switch (kind) {
      case 'cut':
        response.writeHead(200, head).end(json.slice(0, at));
        break;
      case 'broken off':
        response.writeHead(200, { ...head, 'content-length': Buffer.byteLength(json) + 1 });
        response.write(json.slice(0, at), () => response.socket?.destroy());
        break;
      case 'changed':
        response
          .writeHead(200, head)
          .end(json.slice(0, at) + String.fromCharCode(character) + json.slice(at + 1));
        break;
      case 'page':
        response.writeHead(500 + (character % 5), { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
        break;
      case 'empty':
        response.writeHead(character % 2 ? 200 : 204).end();
        break;
      case 'twice':
        response.writeHead(200, head).end(json + json);
        break;
      case 'chunked':
        response.writeHead(200, head);
        for (const part of [json.slice(0, at), '\u0000', json.slice(at)]) response.write(part);
        response.end();
        break;
    }
  };
}

/** Drawn anew for each answer: most are well, some services die, hang, are late, or send what is no answer. */
export function outagesOf(choices: ByteChoices): Damage {
  let hasHung = false;
  return (response, json, server) => {
    const chance = choices.below(16);
    if (chance < 6 || (chance === 15 && hasHung)) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(json);
    } else if (chance < 8) {
      response.socket?.resetAndDestroy();
    } else if (chance === 8) {
      // The whole host, with all that others wait for.
      server.closeAllConnections();
    } else if (chance < 11) {
      void pause(20 * (chance - 8)).then(() => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(json);
      });
    } else if (chance === 15) {
      // Never: once an operation, or it would take as long as all its fetches may.
      hasHung = true;
    } else {
      damageOf(choices)(response, json, server);
    }
  };
}

export type StreamOutage = 'late' | 'dies' | 'garbage';

/** One outage before one of the first events, or before the end. */
export function streamOutageOf(choices: ByteChoices): {
  readonly kind: StreamOutage;
  readonly damage: StreamDamage;
} {
  const kind = choices.pick(['late', 'dies', 'dies', 'garbage'] as const);
  const at = choices.below(5);
  const garbage = choices.pick([
    '{"type":"next","id":',
    '{"type":"next","id":"nobody","payload":{"data":{}}}',
    '{"type":"next"}',
    '{"type":"unheard of"}',
    '[]',
    '\u0000',
  ]);
  return {
    kind,
    async damage(socket, event) {
      if (event !== at) return;
      if (kind === 'late') await pause(50);
      else if (kind === 'dies') socket.terminate();
      else socket.send(garbage);
    },
  };
}
