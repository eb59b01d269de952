export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment as an ISO 8601 string in UTC, for instance `2026-11-24T08:30:00.000Z`. */
  DateTime: { input: string; output: Date | string; }
  _FieldSet: { input: string; output: string; }
};

/** What became of an acknowledgement. */
export type AcknowledgeAlertResult = Alert | NotFound | WrongState;

/** Something went wrong. */
export type Alert = {
  readonly __typename?: 'Alert';
  /** Who looks after it. */
  readonly acknowledgedBy?: Maybe<Scalars['String']['output']>;
  /** When it fired. */
  readonly firedAt: Scalars['DateTime']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** What is being done. */
  readonly note?: Maybe<Scalars['String']['output']>;
  /** When it was over. Null while it is not. */
  readonly resolvedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The rule. */
  readonly rule: AlertRule;
  /** The service, where one is concerned. */
  readonly service?: Maybe<Service>;
  /** How bad it is. */
  readonly severity: AlertSeverity;
  /** Where it stands. */
  readonly status: AlertStatus;
  /** What is concerned: a service, a device or a model version. */
  readonly subject: Scalars['String']['output'];
  /** What is wrong and where to look. */
  readonly summary: Scalars['String']['output'];
};

/** A page of alerts. */
export type AlertConnection = {
  readonly __typename?: 'AlertConnection';
  /** The alerts of this page with their cursors. */
  readonly edges: ReadonlyArray<AlertEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** An alert in a page. */
export type AlertEdge = {
  readonly __typename?: 'AlertEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The alert. */
  readonly node: Alert;
};

/** An alert fired or was resolved. */
export type AlertEvent = {
  readonly __typename?: 'AlertEvent';
  /** The alert. */
  readonly alert: Alert;
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Grows with every event, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** Where it stood at this event. */
  readonly status: AlertStatus;
};

/** What makes an alert fire. */
export type AlertRule = {
  readonly __typename?: 'AlertRule';
  /** What it watches, for people. */
  readonly description: Scalars['String']['output'];
  /** How long it must be true before it fires, seconds. */
  readonly forSeconds: Scalars['Float']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** How bad it is. */
  readonly severity: AlertSeverity;
};

/** How bad it is. */
export type AlertSeverity =
  /** Somebody must look now. */
  | 'CRITICAL'
  /** Somebody should look soon. */
  | 'WARNING';

/** Where an alert stands. */
export type AlertStatus =
  /** It is not over. */
  | 'FIRING'
  /** It is over. */
  | 'RESOLVED';

/** Something a service depends on. */
export type Dependency = {
  readonly __typename?: 'Dependency';
  /** What it is, or what is wrong with it. */
  readonly detail: Scalars['String']['output'];
  /** True if it works. */
  readonly isOk: Scalars['Boolean']['output'];
  /** Its name, for instance `database`. */
  readonly name: Scalars['String']['output'];
};

/** A device that runs models, with its present load. */
export type Device = {
  readonly __typename?: 'Device';
  /** How well it is. */
  readonly health: DeviceHealth;
  /** Its id, stable across restarts, for instance `cpu-0`. */
  readonly id: Scalars['ID']['output'];
};

/** How well a device is, as monitoring saw it last. */
export type DeviceHealth = {
  readonly __typename?: 'DeviceHealth';
  /** The share of the last minute that it was computing, 0 to 1. Null where that is not known. */
  readonly busyRatio?: Maybe<Scalars['Float']['output']>;
  /** When it was last looked at. */
  readonly checkedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Why, for people. */
  readonly detail: Scalars['String']['output'];
  /** How well it is. */
  readonly status: HealthStatus;
  /** Tokens a second over the last minute. Null where that is not known. */
  readonly tokensPerSecond?: Maybe<Scalars['Float']['output']>;
};

/** How well something is. */
export type HealthStatus =
  /** It works, with less than all. */
  | 'DEGRADED'
  /** It does not answer. */
  | 'DOWN'
  /** All is well. */
  | 'HEALTHY'
  /** It was not looked at yet. */
  | 'UNKNOWN';

/** A value of the input is outside what is allowed. */
export type InvalidInput = {
  readonly __typename?: 'InvalidInput';
  /** The path of the offending value, for instance `input.question`. */
  readonly field: Scalars['String']['output'];
  /** What is wrong and what is allowed. */
  readonly message: Scalars['String']['output'];
};

/** An immutable version of a model. */
export type ModelVersion = {
  readonly __typename?: 'ModelVersion';
  /** How well it answers. */
  readonly health: ModelVersionHealth;
  /** Its id, `name@number`. */
  readonly id: Scalars['ID']['output'];
};

/** How well a version answers, as monitoring saw it. */
export type ModelVersionHealth = {
  readonly __typename?: 'ModelVersionHealth';
  /** Why, for people. */
  readonly detail: Scalars['String']['output'];
  /** The share of them that failed, 0 to 1. */
  readonly errorRatio: Scalars['Float']['output'];
  /** Generations over the last 15 minutes. */
  readonly generationCount: Scalars['Float']['output'];
  /** How well it is. */
  readonly status: HealthStatus;
  /** Half had their first token sooner than this, milliseconds. Null where there were none. */
  readonly timeToFirstTokenP50Ms?: Maybe<Scalars['Float']['output']>;
  /** 19 of 20 had their first token sooner than this, milliseconds. Null where there were none. */
  readonly timeToFirstTokenP95Ms?: Maybe<Scalars['Float']['output']>;
  /** The share of them that the model was not sure of, 0 to 1. */
  readonly unknownRatio: Scalars['Float']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Says that somebody looks after an alert. */
  readonly acknowledgeAlert: AcknowledgeAlertResult;
};


export type MutationAcknowledgeAlertArgs = {
  id: Scalars['ID']['input'];
  note?: InputMaybe<Scalars['String']['input']>;
};

/** Nothing by that id exists for your tenant. */
export type NotFound = {
  readonly __typename?: 'NotFound';
  /** The id that was asked for. */
  readonly id: Scalars['ID']['output'];
  /** What was looked for. */
  readonly message: Scalars['String']['output'];
};

/** Where a page ends and whether another follows. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Pass it as `after` to get the next page. Null for an empty page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** True if there is another page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
};

/** The platform as a whole. */
export type PlatformHealth = {
  readonly __typename?: 'PlatformHealth';
  /** When it was last looked at. */
  readonly checkedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The share of those that failed, 0 to 1. */
  readonly errorRatio: Scalars['Float']['output'];
  /** Alerts that fire now. */
  readonly firingAlerts: ReadonlyArray<Alert>;
  /** Operations a second at the gateway over the last minute. */
  readonly requestsPerSecond: Scalars['Float']['output'];
  /** The worst of all services. */
  readonly status: HealthStatus;
  /** Why, for people. */
  readonly summary: Scalars['String']['output'];
  /** Services that are not well. */
  readonly unhealthyServices: ReadonlyArray<Service>;
};

export type Query = {
  readonly __typename?: 'Query';
  /** The rules that alerts come from. */
  readonly alertRules: ReadonlyArray<AlertRule>;
  /** Alerts, newest first. */
  readonly alerts: AlertConnection;
  /** The platform as a whole. */
  readonly platformHealth: PlatformHealth;
  /** One service by its name. */
  readonly service?: Maybe<Service>;
  /** Every service of the platform. */
  readonly services: ReadonlyArray<Service>;
};


export type QueryAlertsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<AlertStatus>;
};


export type QueryServiceArgs = {
  name: Scalars['String']['input'];
};

/** Requests over a span of time. */
export type RequestStatistics = {
  readonly __typename?: 'RequestStatistics';
  /** How many. */
  readonly count: Scalars['Float']['output'];
  /** How many failed. */
  readonly errorCount: Scalars['Float']['output'];
  /** The share that failed, 0 to 1; 0 where there were none. */
  readonly errorRatio: Scalars['Float']['output'];
  /** Where the span begins. */
  readonly from: Scalars['DateTime']['output'];
  /** Half were faster than this, milliseconds. Null where there were none. */
  readonly p50Ms?: Maybe<Scalars['Float']['output']>;
  /** 19 of 20 were faster, milliseconds. Null where there were none. */
  readonly p95Ms?: Maybe<Scalars['Float']['output']>;
  /** 99 of 100 were faster, milliseconds. Null where there were none. */
  readonly p99Ms?: Maybe<Scalars['Float']['output']>;
  /** How many a second. */
  readonly perSecond: Scalars['Float']['output'];
  /** Where it ends. */
  readonly to: Scalars['DateTime']['output'];
};

/** A service of the platform. */
export type Service = {
  readonly __typename?: 'Service';
  /** When it was last looked at. */
  readonly checkedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it depends on, each with how well that is. */
  readonly dependencies: ReadonlyArray<Dependency>;
  /** Why, for people. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** Its history, oldest first. */
  readonly history: ReadonlyArray<RequestStatistics>;
  /** Bytes of memory of its process. Null while it does not answer. */
  readonly memoryBytes?: Maybe<Scalars['Float']['output']>;
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** Its requests over a span of time. */
  readonly requests: RequestStatistics;
  /** Since when it has this status. */
  readonly since?: Maybe<Scalars['DateTime']['output']>;
  /** How well it is. */
  readonly status: HealthStatus;
  /** Seconds since its process started. Null while it does not answer. */
  readonly uptimeSeconds?: Maybe<Scalars['Float']['output']>;
};


/** A service of the platform. */
export type ServiceHistoryArgs = {
  maxPoints?: InputMaybe<Scalars['Int']['input']>;
  windowSeconds?: InputMaybe<Scalars['Int']['input']>;
};


/** A service of the platform. */
export type ServiceRequestsArgs = {
  windowSeconds?: InputMaybe<Scalars['Int']['input']>;
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** Alerts as they fire and resolve: those after a cursor first, then those to come, each exactly once. */
  readonly alertFired: AlertEvent;
};


export type SubscriptionAlertFiredArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
};

/** The object's state does not allow this. */
export type WrongState = {
  readonly __typename?: 'WrongState';
  /** What state it is in and what would be possible. */
  readonly message: Scalars['String']['output'];
  /** The state it is in. */
  readonly state: Scalars['String']['output'];
};

/** What a shared stream begins with where `after` is not given. */
export type SharedStream__Beginning =
  /** The first event there is. */
  | 'FIRST'
  /** The next event to come. */
  | 'NOW';

/** What else the events of a shared stream depend on. */
export type SharedStream__Sharing =
  /** Nothing: they are the same for everybody. */
  | 'NOBODY'
  /** The caller's tenant. */
  | 'TENANT';
