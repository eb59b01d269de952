/**
 * A graph as a session that is ready to run, and the same on its way between threads: whoever makes the session of a large
 * model does so beside the thread that will run it. What is on its way is structured-cloneable, and is attached once.
 */
import { type DetachedSession, Session } from '../runtime/session.ts';

export interface OpenGraph {
  readonly session: Session;
  /** Of the weights that it has in it. */
  readonly weightBytes: number;
}

export interface DetachedGraph {
  readonly session: DetachedSession;
  readonly weightBytes: number;
}

export const detachGraph = ({ session, weightBytes }: OpenGraph): DetachedGraph => ({
  session: session.detach(),
  weightBytes,
});

export const attachGraph = ({ session, weightBytes }: DetachedGraph): OpenGraph => ({
  session: Session.attach(session),
  weightBytes,
});
