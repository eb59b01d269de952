/**
 * Lets benchmarks run sources as they run once they are built. tsx gives every function its name back, also each closure
 * that is made again with every request, by defining a property: 0.3 µs and 250 bytes a closure, which no build pays.
 * Imported behind tsx, in the benchmark and in all processes that it starts. Worker threads have hooks of their own, and
 * import this before they know TypeScript: that is why it is JavaScript; their functions keep their names.
 */
import { register } from 'node:module';

register(new URL('./as-built-hooks.mjs', import.meta.url));
