/** A worker whose behaviour is its specification. */
import { z } from 'zod';
import { raisePlatform } from '../../errors.ts';
import { runWorker } from '../worker.ts';

const behaviour = z.enum([
  'count',
  'until-stopped',
  'garbage',
  'crash',
  'known-failure',
  'disk-full',
  'refusal',
  'lost-dependency',
]);

await runWorker<{ behaviour: z.infer<typeof behaviour> }, { count: number }>({
  specification: z.object({ behaviour }),
  codeOf: (error) => (error instanceof RangeError ? 'OUT_OF_RANGE' : undefined),
  async run(specification, channel) {
    switch (specification.behaviour) {
      case 'count':
        for (let count = 1; count <= 3; count += 1) channel.send({ count });
        return 'done';
      case 'until-stopped':
        channel.send({ count: process.pid });
        while (!channel.stopRequested()) await new Promise(setImmediate);
        return 'stopped';
      case 'garbage':
        process.stdout.write('a library says hello\n');
        return 'done';
      case 'crash':
        throw new Error('nobody foresaw this');
      case 'known-failure':
        throw new RangeError('7 is too many');
      case 'disk-full':
        throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
      case 'refusal':
        throw raisePlatform('NOT_FOUND', { because: 'the artifact' });
      case 'lost-dependency':
        throw raisePlatform('DEPENDENCY_UNAVAILABLE');
    }
  },
});
