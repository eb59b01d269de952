/**
 * koffi, set up before the first library is loaded: afterwards it refuses. Whoever calls C takes it from here.
 */
import koffi from 'koffi';

/** As much as a thread has. koffi gives 2 MiB, in the background 128 KiB, in which a GPU's driver that compiles dies. */
const stackBytes = 8 * 2 ** 20;

koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });

export { koffi };
