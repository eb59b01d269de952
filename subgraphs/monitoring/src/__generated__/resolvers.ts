import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ServiceRecord as ServiceRecordMapper, AlertRecord as AlertRecordMapper, AlertEventRecord as AlertEventRecordMapper, Reference as ReferenceMapper } from '../mappers.ts';
import type { Context } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
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



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Alert: Alert;
  AlertRule: AlertRule;
  Device: Device;
  ModelVersion: ModelVersion;
  Service: Service;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Alert:
    ( { __typename: 'Alert' }
    & GraphQLRecursivePick<FederationTypes['Alert'], {"id":true}> );
  AlertRule:
    ( { __typename: 'AlertRule' }
    & GraphQLRecursivePick<FederationTypes['AlertRule'], {"name":true}> );
  Device:
    ( { __typename: 'Device' }
    & GraphQLRecursivePick<FederationTypes['Device'], {"id":true}> );
  ModelVersion:
    ( { __typename: 'ModelVersion' }
    & GraphQLRecursivePick<FederationTypes['ModelVersion'], {"id":true}> );
  Service:
    ( { __typename: 'Service' }
    & GraphQLRecursivePick<FederationTypes['Service'], {"name":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AcknowledgeAlertResult:
    | ( AlertRecordMapper )
    | ( NotFound )
    | ( WrongState )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AcknowledgeAlertResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AcknowledgeAlertResult']>;
  Alert: ResolverTypeWrapper<AlertRecordMapper>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  AlertConnection: ResolverTypeWrapper<Omit<AlertConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AlertEdge']> }>;
  AlertEdge: ResolverTypeWrapper<Omit<AlertEdge, 'node'> & { node: ResolversTypes['Alert'] }>;
  AlertEvent: ResolverTypeWrapper<AlertEventRecordMapper>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  AlertRule: ResolverTypeWrapper<AlertRule>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  AlertSeverity: AlertSeverity;
  AlertStatus: AlertStatus;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Dependency: ResolverTypeWrapper<Dependency>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Device: ResolverTypeWrapper<ReferenceMapper>;
  DeviceHealth: ResolverTypeWrapper<DeviceHealth>;
  HealthStatus: HealthStatus;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  ModelVersion: ResolverTypeWrapper<ReferenceMapper>;
  ModelVersionHealth: ResolverTypeWrapper<ModelVersionHealth>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<NotFound>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PlatformHealth: ResolverTypeWrapper<Omit<PlatformHealth, 'firingAlerts' | 'unhealthyServices'> & { firingAlerts: ReadonlyArray<ResolversTypes['Alert']>, unhealthyServices: ReadonlyArray<ResolversTypes['Service']> }>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RequestStatistics: ResolverTypeWrapper<RequestStatistics>;
  Service: ResolverTypeWrapper<ServiceRecordMapper>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  WrongState: ResolverTypeWrapper<WrongState>;
  sharedStream__Beginning: SharedStream__Beginning;
  sharedStream__Sharing: SharedStream__Sharing;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AcknowledgeAlertResult: ResolversUnionTypes<ResolversParentTypes>['AcknowledgeAlertResult'];
  Alert: AlertRecordMapper;
  String: Scalars['String']['output'];
  ID: Scalars['ID']['output'];
  AlertConnection: Omit<AlertConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['AlertEdge']> };
  AlertEdge: Omit<AlertEdge, 'node'> & { node: ResolversParentTypes['Alert'] };
  AlertEvent: AlertEventRecordMapper;
  Int: Scalars['Int']['output'];
  AlertRule: AlertRule | FederationReferenceTypes['AlertRule'];
  Float: Scalars['Float']['output'];
  DateTime: Scalars['DateTime']['output'];
  Dependency: Dependency;
  Boolean: Scalars['Boolean']['output'];
  Device: ReferenceMapper;
  DeviceHealth: DeviceHealth;
  InvalidInput: InvalidInput;
  ModelVersion: ReferenceMapper;
  ModelVersionHealth: ModelVersionHealth;
  Mutation: Record<PropertyKey, never>;
  NotFound: NotFound;
  PageInfo: PageInfo;
  PlatformHealth: Omit<PlatformHealth, 'firingAlerts' | 'unhealthyServices'> & { firingAlerts: ReadonlyArray<ResolversParentTypes['Alert']>, unhealthyServices: ReadonlyArray<ResolversParentTypes['Service']> };
  Query: Record<PropertyKey, never>;
  RequestStatistics: RequestStatistics;
  Service: ServiceRecordMapper;
  Subscription: Record<PropertyKey, never>;
  WrongState: WrongState;
};

export type SharedStreamDirectiveArgs = {
  begins?: SharedStream__Beginning;
  by: SharedStream__Sharing;
};

export type SharedStreamDirectiveResolver<Result, Parent, ContextType = Context, Args = SharedStreamDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AcknowledgeAlertResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AcknowledgeAlertResult'] = ResolversParentTypes['AcknowledgeAlertResult']> = {
  __resolveType: TypeResolveFn<'Alert' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type AlertResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Alert'] = ResolversParentTypes['Alert'], FederationReferenceType extends FederationReferenceTypes['Alert'] = FederationReferenceTypes['Alert']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Alert']> | FederationReferenceType, FederationReferenceType, ContextType>;
  acknowledgedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  resolvedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  rule?: Resolver<ResolversTypes['AlertRule'], ParentType, ContextType>;
  service?: Resolver<Maybe<ResolversTypes['Service']>, ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['AlertSeverity'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['AlertStatus'], ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  summary?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AlertConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertConnection'] = ResolversParentTypes['AlertConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AlertEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AlertEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertEdge'] = ResolversParentTypes['AlertEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Alert'], ParentType, ContextType>;
};

export type AlertEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertEvent'] = ResolversParentTypes['AlertEvent']> = {
  alert?: Resolver<ResolversTypes['Alert'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['AlertStatus'], ParentType, ContextType>;
};

export type AlertRuleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlertRule'] = ResolversParentTypes['AlertRule'], FederationReferenceType extends FederationReferenceTypes['AlertRule'] = FederationReferenceTypes['AlertRule']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['AlertRule']> | FederationReferenceType, FederationReferenceType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  forSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  severity?: Resolver<ResolversTypes['AlertSeverity'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DependencyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Dependency'] = ResolversParentTypes['Dependency']> = {
  detail?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isOk?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DeviceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Device'] = ResolversParentTypes['Device'], FederationReferenceType extends FederationReferenceTypes['Device'] = FederationReferenceTypes['Device']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Device']> | FederationReferenceType, FederationReferenceType, ContextType>;
  health?: Resolver<ResolversTypes['DeviceHealth'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type DeviceHealthResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeviceHealth'] = ResolversParentTypes['DeviceHealth']> = {
  busyRatio?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  detail?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['HealthStatus'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion'], FederationReferenceType extends FederationReferenceTypes['ModelVersion'] = FederationReferenceTypes['ModelVersion']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ModelVersion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  health?: Resolver<ResolversTypes['ModelVersionHealth'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ModelVersionHealthResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionHealth'] = ResolversParentTypes['ModelVersionHealth']> = {
  detail?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  errorRatio?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generationCount?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['HealthStatus'], ParentType, ContextType>;
  timeToFirstTokenP50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  timeToFirstTokenP95Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  unknownRatio?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  acknowledgeAlert?: Resolver<ResolversTypes['AcknowledgeAlertResult'], ParentType, ContextType, RequireFields<MutationAcknowledgeAlertArgs, 'id'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PlatformHealthResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PlatformHealth'] = ResolversParentTypes['PlatformHealth']> = {
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  errorRatio?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  firingAlerts?: Resolver<ReadonlyArray<ResolversTypes['Alert']>, ParentType, ContextType>;
  requestsPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['HealthStatus'], ParentType, ContextType>;
  summary?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  unhealthyServices?: Resolver<ReadonlyArray<ResolversTypes['Service']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  alertRules?: Resolver<ReadonlyArray<ResolversTypes['AlertRule']>, ParentType, ContextType>;
  alerts?: Resolver<ResolversTypes['AlertConnection'], ParentType, ContextType, RequireFields<QueryAlertsArgs, 'first'>>;
  platformHealth?: Resolver<ResolversTypes['PlatformHealth'], ParentType, ContextType>;
  service?: Resolver<Maybe<ResolversTypes['Service']>, ParentType, ContextType, RequireFields<QueryServiceArgs, 'name'>>;
  services?: Resolver<ReadonlyArray<ResolversTypes['Service']>, ParentType, ContextType>;
};

export type RequestStatisticsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestStatistics'] = ResolversParentTypes['RequestStatistics']> = {
  count?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  errorCount?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  errorRatio?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  p50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  p95Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  p99Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  perSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ServiceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Service'] = ResolversParentTypes['Service'], FederationReferenceType extends FederationReferenceTypes['Service'] = FederationReferenceTypes['Service']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Service']> | FederationReferenceType, FederationReferenceType, ContextType>;
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  dependencies?: Resolver<ReadonlyArray<ResolversTypes['Dependency']>, ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  history?: Resolver<ReadonlyArray<ResolversTypes['RequestStatistics']>, ParentType, ContextType, RequireFields<ServiceHistoryArgs, 'maxPoints' | 'windowSeconds'>>;
  memoryBytes?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requests?: Resolver<ResolversTypes['RequestStatistics'], ParentType, ContextType, RequireFields<ServiceRequestsArgs, 'windowSeconds'>>;
  since?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['HealthStatus'], ParentType, ContextType>;
  uptimeSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  alertFired?: SubscriptionResolver<ResolversTypes['AlertEvent'], "alertFired", ParentType, ContextType, Partial<SubscriptionAlertFiredArgs>>;
};

export type WrongStateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WrongState'] = ResolversParentTypes['WrongState']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AcknowledgeAlertResult?: AcknowledgeAlertResultResolvers<ContextType>;
  Alert?: AlertResolvers<ContextType>;
  AlertConnection?: AlertConnectionResolvers<ContextType>;
  AlertEdge?: AlertEdgeResolvers<ContextType>;
  AlertEvent?: AlertEventResolvers<ContextType>;
  AlertRule?: AlertRuleResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Dependency?: DependencyResolvers<ContextType>;
  Device?: DeviceResolvers<ContextType>;
  DeviceHealth?: DeviceHealthResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  ModelVersionHealth?: ModelVersionHealthResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PlatformHealth?: PlatformHealthResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RequestStatistics?: RequestStatisticsResolvers<ContextType>;
  Service?: ServiceResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  WrongState?: WrongStateResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  sharedStream?: SharedStreamDirectiveResolver<any, any, ContextType>;
};
