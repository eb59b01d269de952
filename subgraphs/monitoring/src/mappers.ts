/** What the resolvers' parents really are, where they are not what the schema says. */
import type { Dependency, HealthStatus } from './domain/health.ts';

export interface ServiceRecord {
  readonly name: string;
  readonly status: HealthStatus;
  readonly detail: string | null;
  readonly since: Date | null;
  readonly checkedAt: Date | null;
  readonly dependencies: readonly Dependency[];
}

export interface AlertRecord {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly service: string | null;
  readonly severity: 'WARNING' | 'CRITICAL';
  readonly status: 'FIRING' | 'RESOLVED';
  readonly summary: string;
  readonly firedAt: Date;
  readonly resolvedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly note: string | null;
}

export interface AlertEventRecord {
  readonly sequence: number;
  readonly alertId: string;
  readonly status: 'FIRING' | 'RESOLVED';
}

/** Entities of other services, of which only the key is known here. */
export interface Reference {
  readonly id: string;
}
