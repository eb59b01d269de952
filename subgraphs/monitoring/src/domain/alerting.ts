/**
 * Alerts as a pure state machine. A condition is looked at once a scrape; an alert fires when it was true for the rule's
 * time without a break, and is resolved the first time that it is not.
 *
 *   (nothing) --true--> pending --true for forSeconds--> firing --false--> resolved
 *                          \--false--> (nothing)
 */
export interface AlertRule {
  readonly name: string;
  readonly description: string;
  readonly severity: 'WARNING' | 'CRITICAL';
  readonly forSeconds: number;
}

export interface Condition {
  readonly rule: AlertRule;
  /** What is concerned: a service, a device or a model version. */
  readonly subject: string;
  readonly service?: string;
  readonly isTrue: boolean;
  readonly summary: string;
}

export interface AlertState {
  /** When the condition became true. */
  readonly since: Date;
  readonly isFiring: boolean;
}

export type Transition =
  | { readonly kind: 'fired'; readonly condition: Condition }
  | { readonly kind: 'resolved'; readonly rule: string; readonly subject: string };

export type AlertStates = ReadonlyMap<string, AlertState>;

export function alertKey(rule: string, subject: string): string {
  return `${rule} ${subject}`;
}

/** What changes at `now`. A subject that is not among the conditions any more counts as well. */
export function evaluate(
  states: AlertStates,
  conditions: readonly Condition[],
  now: Date,
): { readonly states: AlertStates; readonly transitions: readonly Transition[] } {
  const next = new Map<string, AlertState>();
  const transitions: Transition[] = [];
  for (const condition of conditions) {
    if (!condition.isTrue) continue;
    const { rule, subject } = condition;
    const key = alertKey(rule.name, subject);
    const state = states.get(key) ?? { since: now, isFiring: false };
    const isDue = now.getTime() - state.since.getTime() >= rule.forSeconds * 1000;
    if (isDue && !state.isFiring) transitions.push({ kind: 'fired', condition });
    next.set(key, { since: state.since, isFiring: state.isFiring || isDue });
  }
  for (const [key, { isFiring }] of states) {
    if (!isFiring || next.has(key)) continue;
    const [rule = '', ...subject] = key.split(' ');
    transitions.push({ kind: 'resolved', rule, subject: subject.join(' ') });
  }
  return { states: next, transitions };
}
