import type * as Schema from './schema.ts';
import type { FineTuningJob, ModelVersion } from './schema.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { FineTuningJob as FineTuningJobMapper, VersionReference as VersionReferenceMapper } from '../domain/records.ts';
import type { Stepped as SteppedMapper, Transitioned as TransitionedMapper } from '../mappers.ts';
import type { Context } from '../context.ts';
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };


export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Schema.Maybe<T> extends T ? Schema.Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
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
) => Schema.Maybe<TTypes> | Promise<Schema.Maybe<TTypes>>;

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
    | ( Schema.NotFound )
    | ( Schema.WrongState )
  ;
  StartFineTuningJobResult:
    | ( FineTuningJobMapper )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
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
  DataSet: ResolverTypeWrapper<Schema.DataSet>;
  ID: ResolverTypeWrapper<Schema.Scalars['ID']['output']>;
  DateTime: ResolverTypeWrapper<Schema.Scalars['DateTime']['output']>;
  ExampleInput: Schema.ExampleInput;
  String: ResolverTypeWrapper<Schema.Scalars['String']['output']>;
  FineTuningJob: ResolverTypeWrapper<FineTuningJobMapper>;
  Float: ResolverTypeWrapper<Schema.Scalars['Float']['output']>;
  Int: ResolverTypeWrapper<Schema.Scalars['Int']['output']>;
  FineTuningJobConnection: ResolverTypeWrapper<Omit<Schema.FineTuningJobConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['FineTuningJobEdge']> }>;
  FineTuningJobEdge: ResolverTypeWrapper<Omit<Schema.FineTuningJobEdge, 'node'> & { node: ResolversTypes['FineTuningJob'] }>;
  FineTuningJobProgress: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['FineTuningJobProgress']>;
  FineTuningJobStatus: Schema.FineTuningJobStatus;
  FineTuningJobTransitioned: ResolverTypeWrapper<TransitionedMapper>;
  FineTuningLossPoint: ResolverTypeWrapper<Schema.FineTuningLossPoint>;
  FineTuningStepped: ResolverTypeWrapper<SteppedMapper>;
  InvalidInput: ResolverTypeWrapper<Schema.InvalidInput>;
  ModelVersion: ResolverTypeWrapper<VersionReferenceMapper>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<Schema.NotFound>;
  PageInfo: ResolverTypeWrapper<Schema.PageInfo>;
  Boolean: ResolverTypeWrapper<Schema.Scalars['Boolean']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  StartFineTuningJobInput: Schema.StartFineTuningJobInput;
  StartFineTuningJobResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['StartFineTuningJobResult']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  WrongState: ResolverTypeWrapper<Schema.WrongState>;
  sharedStream__Beginning: Schema.SharedStream__Beginning;
  sharedStream__Sharing: Schema.SharedStream__Sharing;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  CancelFineTuningJobResult: ResolversUnionTypes<ResolversParentTypes>['CancelFineTuningJobResult'];
  DataSet: Schema.DataSet;
  ID: Schema.Scalars['ID']['output'];
  DateTime: Schema.Scalars['DateTime']['output'];
  ExampleInput: Schema.ExampleInput;
  String: Schema.Scalars['String']['output'];
  FineTuningJob: FineTuningJobMapper;
  Float: Schema.Scalars['Float']['output'];
  Int: Schema.Scalars['Int']['output'];
  FineTuningJobConnection: Omit<Schema.FineTuningJobConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['FineTuningJobEdge']> };
  FineTuningJobEdge: Omit<Schema.FineTuningJobEdge, 'node'> & { node: ResolversParentTypes['FineTuningJob'] };
  FineTuningJobProgress: ResolversInterfaceTypes<ResolversParentTypes>['FineTuningJobProgress'];
  FineTuningJobTransitioned: TransitionedMapper;
  FineTuningLossPoint: Schema.FineTuningLossPoint;
  FineTuningStepped: SteppedMapper;
  InvalidInput: Schema.InvalidInput;
  ModelVersion: VersionReferenceMapper;
  Mutation: Record<PropertyKey, never>;
  NotFound: Schema.NotFound;
  PageInfo: Schema.PageInfo;
  Boolean: Schema.Scalars['Boolean']['output'];
  Query: Record<PropertyKey, never>;
  StartFineTuningJobInput: Schema.StartFineTuningJobInput;
  StartFineTuningJobResult: ResolversUnionTypes<ResolversParentTypes>['StartFineTuningJobResult'];
  Subscription: Record<PropertyKey, never>;
  WrongState: Schema.WrongState;
};

export type SharedStreamDirectiveArgs = {
  begins?: Schema.SharedStream__Beginning;
  by: Schema.SharedStream__Sharing;
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
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['FineTuningJob']> | FederationReferenceType, FederationReferenceType, ContextType>;
  alpha?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  baseVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<Schema.Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  exampleCount?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  failureCode?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finalHeldOutLoss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  finishedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  initialHeldOutLoss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  loss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  lossCurve?: Resolver<ReadonlyArray<ResolversTypes['FineTuningLossPoint']>, ParentType, ContextType, RequireFields<Schema.FineTuningJobLossCurveArgs, 'maxPoints'>>;
  modelName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  modelVersion?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  parameterCount?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
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
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['ModelVersion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  fineTuningJob?: Resolver<Schema.Maybe<ResolversTypes['FineTuningJob']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  cancelFineTuningJob?: Resolver<ResolversTypes['CancelFineTuningJobResult'], ParentType, ContextType, RequireFields<Schema.MutationCancelFineTuningJobArgs, 'id'>>;
  startFineTuningJob?: Resolver<ResolversTypes['StartFineTuningJobResult'], ParentType, ContextType, RequireFields<Schema.MutationStartFineTuningJobArgs, 'input'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  fineTuningJob?: Resolver<Schema.Maybe<ResolversTypes['FineTuningJob']>, ParentType, ContextType, RequireFields<Schema.QueryFineTuningJobArgs, 'id'>>;
  fineTuningJobs?: Resolver<ResolversTypes['FineTuningJobConnection'], ParentType, ContextType, RequireFields<Schema.QueryFineTuningJobsArgs, 'first'>>;
};

export type StartFineTuningJobResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StartFineTuningJobResult'] = ResolversParentTypes['StartFineTuningJobResult']> = {
  __resolveType: TypeResolveFn<'FineTuningJob' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  fineTuningJobProgressed?: SubscriptionResolver<ResolversTypes['FineTuningJobProgress'], "fineTuningJobProgressed", ParentType, ContextType, RequireFields<Schema.SubscriptionFineTuningJobProgressedArgs, 'id'>>;
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
