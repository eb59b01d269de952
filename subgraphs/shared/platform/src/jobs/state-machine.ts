/** A state machine as a table: which state may follow which. What the table does not allow is a fault of the program. */
export type TransitionTable<State extends string> = Readonly<Record<State, readonly State[]>>;

export interface StateMachine<State extends string> {
  readonly states: readonly State[];
  /** States where work is under way or waits for a worker: all that are not resting. */
  readonly active: readonly State[];
  canMove(from: State, to: State): boolean;
  /** Throws when the table has no such move. */
  assertMove(from: State, to: State): void;
  /** Nothing happens in a resting state until somebody asks for it. */
  isResting(state: State): boolean;
}

export function defineStates<State extends string>(
  table: TransitionTable<State>,
  options: { readonly resting: readonly State[] },
): StateMachine<State> {
  const states = Object.keys(table) as State[];
  const canMove = (from: State, to: State) => table[from].includes(to);
  return {
    states,
    active: states.filter((state) => !options.resting.includes(state)),
    canMove,
    assertMove(from, to) {
      if (!canMove(from, to)) throw new Error(`a transition from ${from} to ${to} is not in the table`);
    },
    isResting: (state) => options.resting.includes(state),
  };
}
