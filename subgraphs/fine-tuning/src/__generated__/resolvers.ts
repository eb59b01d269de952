import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { FineTuningJob as FineTuningJobMapper, VersionReference as VersionReferenceMapper } from '../domain/records.ts';
import type { Stepped as SteppedMapper, Transitioned as TransitionedMapper } from '../mappers.ts';
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

/** What became of a cancellation. */
export type CancelFineTuningJobResult = FineTuningJob | NotFound | WrongState;

/** Examples to train on: immutable and named by their content. */
export type DataSet = {
  readonly __typename?: 'DataSet';
  /** Its id. */
  readonly id: Scalars['ID']['output'];
};

/** One example. */
export type ExampleInput = {
  /** What it shall answer, 1 to 8,000 characters. */
  readonly completion: Scalars['String']['input'];
  /** What the model is given, 1 to 8,000 characters. */
  readonly prompt: Scalars['String']['input'];
};

/** A LoRA job. */
export type FineTuningJob = {
  readonly __typename?: 'FineTuningJob';
  /** The adapter's scale is `alpha / rank`. */
  readonly alpha: Scalars['Float']['output'];
  /** The version that it starts from. */
  readonly baseVersion: ModelVersion;
  /** When it was asked for. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** What it trains on. Null where the examples came with the job. */
  readonly dataSet?: Maybe<DataSet>;
  /** Why it stands there, for people; always set when `status` is `FAILED`. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** How many examples it trains on. Null until they are read. */
  readonly exampleCount?: Maybe<Scalars['Int']['output']>;
  /** A stable code where `status` is `FAILED`. */
  readonly failureCode?: Maybe<Scalars['String']['output']>;
  /** Loss on held-out examples after the last step. Null until measured. */
  readonly finalHeldOutLoss?: Maybe<Scalars['Float']['output']>;
  /** When it ended. Null while it runs. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Loss on held-out examples before the first step. Null until measured. */
  readonly initialHeldOutLoss?: Maybe<Scalars['Float']['output']>;
  /** Training loss of the last step, nats a token. */
  readonly loss?: Maybe<Scalars['Float']['output']>;
  /** The loss curve, evenly thinned. */
  readonly lossCurve: ReadonlyArray<FineTuningLossPoint>;
  /** The name under which the adapter is registered. */
  readonly modelName: Scalars['String']['output'];
  /** The adapter as a registered version. Null until it is. */
  readonly modelVersion?: Maybe<ModelVersion>;
  /** Trainable parameters of the adapter. Null until the job has begun. */
  readonly parameterCount?: Maybe<Scalars['Float']['output']>;
  /** The adapter's rank. */
  readonly rank: Scalars['Int']['output'];
  /** Who started it. */
  readonly startedBy: Scalars['String']['output'];
  /** Where it stands. */
  readonly status: FineTuningJobStatus;
  /** Steps done. */
  readonly step: Scalars['Int']['output'];
  /** Steps to do. */
  readonly totalSteps: Scalars['Int']['output'];
};


/** A LoRA job. */
export type FineTuningJobLossCurveArgs = {
  maxPoints?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of jobs. */
export type FineTuningJobConnection = {
  readonly __typename?: 'FineTuningJobConnection';
  /** The jobs of this page with their cursors. */
  readonly edges: ReadonlyArray<FineTuningJobEdge>;
  /** Where the next page begins. */
  readonly pageInfo: PageInfo;
};

/** A job in a page. */
export type FineTuningJobEdge = {
  readonly __typename?: 'FineTuningJobEdge';
  /** Pass it as `after` to continue behind this. */
  readonly cursor: Scalars['String']['output'];
  /** The job. */
  readonly node: FineTuningJob;
};

/** One event of a job's progress. Sequences are gapless from 1; a cursor resumes after its event. */
export type FineTuningJobProgress = {
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The job. */
  readonly fineTuningJob: FineTuningJob;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

/** Where a job stands. */
export type FineTuningJobStatus =
  /** Stopped on request. */
  | 'CANCELLED'
  /** Done: `modelVersion` is there. */
  | 'COMPLETED'
  /** The adapter is measured and stored. */
  | 'EVALUATING'
  /** Stopped by a fault, see `detail`. */
  | 'FAILED'
  /** Files and examples are fetched and checked. */
  | 'PREPARING'
  /** Waiting for a worker. */
  | 'QUEUED'
  /** The adapter waits for its place in the registry. */
  | 'REGISTERING'
  /** Steps are taken. */
  | 'TRAINING';

/** The job changed its state. The last event is one of these. */
export type FineTuningJobTransitioned = FineTuningJobProgress & {
  readonly __typename?: 'FineTuningJobTransitioned';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Why, for people. */
  readonly detail?: Maybe<Scalars['String']['output']>;
  /** The job. */
  readonly fineTuningJob: FineTuningJob;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
  /** The new state. */
  readonly status: FineTuningJobStatus;
};

/** A point of a job's loss curve. */
export type FineTuningLossPoint = {
  readonly __typename?: 'FineTuningLossPoint';
  /** The learning rate of this step. */
  readonly learningRate: Scalars['Float']['output'];
  /** Training loss, nats a token. */
  readonly loss: Scalars['Float']['output'];
  /** The optimizer step, from 1. */
  readonly step: Scalars['Int']['output'];
  /** Training tokens a second around this step. */
  readonly tokensPerSecond: Scalars['Float']['output'];
};

/** Steps were taken. */
export type FineTuningStepped = FineTuningJobProgress & {
  readonly __typename?: 'FineTuningStepped';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** Seconds until the last step, at the present speed. */
  readonly etaSeconds: Scalars['Float']['output'];
  /** The job. */
  readonly fineTuningJob: FineTuningJob;
  /** The newest point of the loss curve. */
  readonly point: FineTuningLossPoint;
  /** From 1, without gaps. */
  readonly sequence: Scalars['Int']['output'];
};

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
  /** The job that made it. Null for versions that training made. */
  readonly fineTuningJob?: Maybe<FineTuningJob>;
  /** Its id, `name@number`. */
  readonly id: Scalars['ID']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Stops a job after the step under way. Nothing is registered. */
  readonly cancelFineTuningJob: CancelFineTuningJobResult;
  /** Starts a LoRA job on a registered version. */
  readonly startFineTuningJob: StartFineTuningJobResult;
};


export type MutationCancelFineTuningJobArgs = {
  id: Scalars['ID']['input'];
};


export type MutationStartFineTuningJobArgs = {
  input: StartFineTuningJobInput;
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

export type Query = {
  readonly __typename?: 'Query';
  /** One fine-tuning job by its id. */
  readonly fineTuningJob?: Maybe<FineTuningJob>;
  /** Fine-tuning jobs, newest first. */
  readonly fineTuningJobs: FineTuningJobConnection;
};


export type QueryFineTuningJobArgs = {
  id: Scalars['ID']['input'];
};


export type QueryFineTuningJobsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** What to fine-tune. */
export type StartFineTuningJobInput = {
  /** The adapter's scale is `alpha / rank`. */
  readonly alpha?: InputMaybe<Scalars['Float']['input']>;
  /** The version to start from, a `FULL` one. */
  readonly baseVersionId: Scalars['ID']['input'];
  /** Sequences a step, 1 to 64. */
  readonly batchSize?: InputMaybe<Scalars['Int']['input']>;
  /** The data set's id. Either this or `examples`. */
  readonly dataSetId?: InputMaybe<Scalars['ID']['input']>;
  /** The examples themselves, at most 10,000. Either these or `dataSetId`. */
  readonly examples?: InputMaybe<ReadonlyArray<ExampleInput>>;
  /** The highest learning rate. */
  readonly learningRate?: InputMaybe<Scalars['Float']['input']>;
  /** The name under which the adapter is registered, 1 to 60 characters of `a-z`, `0-9` and `-`. */
  readonly modelName: Scalars['String']['input'];
  /** The adapter's rank, 1 to 64. */
  readonly rank?: InputMaybe<Scalars['Int']['input']>;
  /** Decides the adapter's initial weights and the order of examples. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Optimizer steps, 1 to 20,000. */
  readonly steps?: InputMaybe<Scalars['Int']['input']>;
};

/** What became of the start of a job. */
export type StartFineTuningJobResult = FineTuningJob | InvalidInput | NotFound;

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** The progress of a job, from the beginning or after a cursor, then live, each event exactly once. Ends with the job. */
  readonly fineTuningJobProgressed: FineTuningJobProgress;
};


export type SubscriptionFineTuningJobProgressedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
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
  FineTuningJob: FineTuningJob;
  ModelVersion: ModelVersion;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  FineTuningJob:
    ( { __typename: 'FineTuningJob' }
    & GraphQLRecursivePick<FederationTypes['FineTuningJob'], {"id":true}> );
  ModelVersion:
    ( { __typename: 'ModelVersion' }
    & GraphQLRecursivePick<FederationTypes['ModelVersion'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  CancelFineTuningJobResult:
    | ( FineTuningJobMapper )
    | ( NotFound )
    | ( WrongState )
  ;
  StartFineTuningJobResult:
    | ( FineTuningJobMapper )
    | ( InvalidInput )
    | ( NotFound )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  FineTuningJobProgress:
    | ( TransitionedMapper )
    | ( SteppedMapper )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  CancelFineTuningJobResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CancelFineTuningJobResult']>;
  DataSet: ResolverTypeWrapper<DataSet>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  ExampleInput: ExampleInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  FineTuningJob: ResolverTypeWrapper<FineTuningJobMapper>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  FineTuningJobConnection: ResolverTypeWrapper<Omit<FineTuningJobConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['FineTuningJobEdge']> }>;
  FineTuningJobEdge: ResolverTypeWrapper<Omit<FineTuningJobEdge, 'node'> & { node: ResolversTypes['FineTuningJob'] }>;
  FineTuningJobProgress: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['FineTuningJobProgress']>;
  FineTuningJobStatus: FineTuningJobStatus;
  FineTuningJobTransitioned: ResolverTypeWrapper<TransitionedMapper>;
  FineTuningLossPoint: ResolverTypeWrapper<FineTuningLossPoint>;
  FineTuningStepped: ResolverTypeWrapper<SteppedMapper>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  ModelVersion: ResolverTypeWrapper<VersionReferenceMapper>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<NotFound>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  StartFineTuningJobInput: StartFineTuningJobInput;
  StartFineTuningJobResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['StartFineTuningJobResult']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  WrongState: ResolverTypeWrapper<WrongState>;
  sharedStream__Beginning: SharedStream__Beginning;
  sharedStream__Sharing: SharedStream__Sharing;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  CancelFineTuningJobResult: ResolversUnionTypes<ResolversParentTypes>['CancelFineTuningJobResult'];
  DataSet: DataSet;
  ID: Scalars['ID']['output'];
  DateTime: Scalars['DateTime']['output'];
  ExampleInput: ExampleInput;
  String: Scalars['String']['output'];
  FineTuningJob: FineTuningJobMapper;
  Float: Scalars['Float']['output'];
  Int: Scalars['Int']['output'];
  FineTuningJobConnection: Omit<FineTuningJobConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['FineTuningJobEdge']> };
  FineTuningJobEdge: Omit<FineTuningJobEdge, 'node'> & { node: ResolversParentTypes['FineTuningJob'] };
  FineTuningJobProgress: ResolversInterfaceTypes<ResolversParentTypes>['FineTuningJobProgress'];
  FineTuningJobTransitioned: TransitionedMapper;
  FineTuningLossPoint: FineTuningLossPoint;
  FineTuningStepped: SteppedMapper;
  InvalidInput: InvalidInput;
  ModelVersion: VersionReferenceMapper;
  Mutation: Record<PropertyKey, never>;
  NotFound: NotFound;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Query: Record<PropertyKey, never>;
  StartFineTuningJobInput: StartFineTuningJobInput;
  StartFineTuningJobResult: ResolversUnionTypes<ResolversParentTypes>['StartFineTuningJobResult'];
  Subscription: Record<PropertyKey, never>;
  WrongState: WrongState;
};

export type SharedStreamDirectiveArgs = {
  begins?: SharedStream__Beginning;
  by: SharedStream__Sharing;
};

export type SharedStreamDirectiveResolver<Result, Parent, ContextType = Context, Args = SharedStreamDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CancelFineTuningJobResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CancelFineTuningJobResult'] = ResolversParentTypes['CancelFineTuningJobResult']> = {
  __resolveType: TypeResolveFn<'FineTuningJob' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type DataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSet'] = ResolversParentTypes['DataSet']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type FineTuningJobResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningJob'] = ResolversParentTypes['FineTuningJob'], FederationReferenceType extends FederationReferenceTypes['FineTuningJob'] = FederationReferenceTypes['FineTuningJob']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['FineTuningJob']> | FederationReferenceType, FederationReferenceType, ContextType>;
  alpha?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  baseVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  exampleCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  failureCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finalHeldOutLoss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  initialHeldOutLoss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  loss?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  lossCurve?: Resolver<ReadonlyArray<ResolversTypes['FineTuningLossPoint']>, ParentType, ContextType, RequireFields<FineTuningJobLossCurveArgs, 'maxPoints'>>;
  modelName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  modelVersion?: Resolver<Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  parameterCount?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  rank?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  startedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['FineTuningJobStatus'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FineTuningJobConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningJobConnection'] = ResolversParentTypes['FineTuningJobConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FineTuningJobEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type FineTuningJobEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningJobEdge'] = ResolversParentTypes['FineTuningJobEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['FineTuningJob'], ParentType, ContextType>;
};

export type FineTuningJobProgressResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningJobProgress'] = ResolversParentTypes['FineTuningJobProgress']> = {
  __resolveType: TypeResolveFn<'FineTuningJobTransitioned' | 'FineTuningStepped', ParentType, ContextType>;
};

export type FineTuningJobTransitionedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningJobTransitioned'] = ResolversParentTypes['FineTuningJobTransitioned']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  detail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fineTuningJob?: Resolver<ResolversTypes['FineTuningJob'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['FineTuningJobStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FineTuningLossPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningLossPoint'] = ResolversParentTypes['FineTuningLossPoint']> = {
  learningRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  loss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type FineTuningSteppedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FineTuningStepped'] = ResolversParentTypes['FineTuningStepped']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  etaSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  fineTuningJob?: Resolver<ResolversTypes['FineTuningJob'], ParentType, ContextType>;
  point?: Resolver<ResolversTypes['FineTuningLossPoint'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion'], FederationReferenceType extends FederationReferenceTypes['ModelVersion'] = FederationReferenceTypes['ModelVersion']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ModelVersion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  fineTuningJob?: Resolver<Maybe<ResolversTypes['FineTuningJob']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  cancelFineTuningJob?: Resolver<ResolversTypes['CancelFineTuningJobResult'], ParentType, ContextType, RequireFields<MutationCancelFineTuningJobArgs, 'id'>>;
  startFineTuningJob?: Resolver<ResolversTypes['StartFineTuningJobResult'], ParentType, ContextType, RequireFields<MutationStartFineTuningJobArgs, 'input'>>;
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

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  fineTuningJob?: Resolver<Maybe<ResolversTypes['FineTuningJob']>, ParentType, ContextType, RequireFields<QueryFineTuningJobArgs, 'id'>>;
  fineTuningJobs?: Resolver<ResolversTypes['FineTuningJobConnection'], ParentType, ContextType, RequireFields<QueryFineTuningJobsArgs, 'first'>>;
};

export type StartFineTuningJobResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StartFineTuningJobResult'] = ResolversParentTypes['StartFineTuningJobResult']> = {
  __resolveType: TypeResolveFn<'FineTuningJob' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  fineTuningJobProgressed?: SubscriptionResolver<ResolversTypes['FineTuningJobProgress'], "fineTuningJobProgressed", ParentType, ContextType, RequireFields<SubscriptionFineTuningJobProgressedArgs, 'id'>>;
};

export type WrongStateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WrongState'] = ResolversParentTypes['WrongState']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  CancelFineTuningJobResult?: CancelFineTuningJobResultResolvers<ContextType>;
  DataSet?: DataSetResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  FineTuningJob?: FineTuningJobResolvers<ContextType>;
  FineTuningJobConnection?: FineTuningJobConnectionResolvers<ContextType>;
  FineTuningJobEdge?: FineTuningJobEdgeResolvers<ContextType>;
  FineTuningJobProgress?: FineTuningJobProgressResolvers<ContextType>;
  FineTuningJobTransitioned?: FineTuningJobTransitionedResolvers<ContextType>;
  FineTuningLossPoint?: FineTuningLossPointResolvers<ContextType>;
  FineTuningStepped?: FineTuningSteppedResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  StartFineTuningJobResult?: StartFineTuningJobResultResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  WrongState?: WrongStateResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  sharedStream?: SharedStreamDirectiveResolver<any, any, ContextType>;
};
