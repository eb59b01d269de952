/** When replicas die, and when they are back. */
export interface Outage {
  /** Which of the replicas. */
  readonly replica: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface SyntheticOutagesOptions {
  readonly replicas: number;
  /** Of the replicas, how many die; each once. */
  readonly share: number;
  readonly seconds: number;
  readonly downMs: number;
  readonly random: () => number;
}

/** Each at a time of its own. */
export function syntheticOutages({
  replicas,
  share,
  seconds,
  downMs,
  random,
}: SyntheticOutagesOptions): readonly Outage[] {
  const outages: Outage[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    if (random() >= share) continue;
    const fromMs = random() * seconds * 1_000;
    outages.push({ replica, fromMs, untilMs: fromMs + downMs });
  }
  return outages;
}
