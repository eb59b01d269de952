import type * as Schema from './schema.ts';
import type { Deployment, Device, Generation, ModelVersion } from './schema.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Generation as GenerationMapper, Event as EventMapper, Choice as ChoiceMapper, Token as TokenMapper, Deployment as DeploymentMapper, Device as DeviceMapper, ModelVersion as ModelVersionMapper, TrafficSplit as TrafficSplitMapper } from '../mappers.ts';
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
  Deployment: Deployment;
  Device: Device;
  Generation: Generation;
  ModelVersion: ModelVersion;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Deployment:
    ( { __typename: 'Deployment' }
    & GraphQLRecursivePick<FederationTypes['Deployment'], {"id":true}> );
  Device:
    ( { __typename: 'Device' }
    & GraphQLRecursivePick<FederationTypes['Device'], {"id":true}> );
  Generation:
    ( { __typename: 'Generation' }
    & GraphQLRecursivePick<FederationTypes['Generation'], {"id":true}> );
  ModelVersion:
    ( { __typename: 'ModelVersion' }
    & GraphQLRecursivePick<FederationTypes['ModelVersion'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AskResult:
    | ( GenerationMapper )
    | ( Schema.InvalidInput )
    | ( Schema.Overloaded )
    | ( Schema.UnknownModel )
  ;
  CancelGenerationResult:
    | ( Omit<Schema.AlreadyFinished, 'generation'> & { generation: _RefType['Generation'] } )
    | ( GenerationMapper )
    | ( Schema.NotFound )
  ;
  ClassifyResult:
    | ( Omit<Schema.Classifications, 'modelVersion'> & { modelVersion: _RefType['ModelVersion'] } )
    | ( Schema.InvalidInput )
    | ( Schema.Overloaded )
    | ( Schema.UnknownModel )
  ;
  EmbedResult:
    | ( Schema.Embeddings )
    | ( Schema.InvalidInput )
    | ( Schema.Overloaded )
    | ( Schema.UnknownModel )
  ;
  EndTrafficSplitResult:
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( TrafficSplitMapper )
  ;
  GenerateResult:
    | ( GenerationMapper )
    | ( Schema.InvalidInput )
    | ( Schema.Overloaded )
    | ( Schema.UnknownModel )
  ;
  SetTrafficSplitResult:
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( TrafficSplitMapper )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  GenerationEvent:
    | ( EventMapper )
    | ( EventMapper )
    | ( EventMapper )
    | ( EventMapper )
    | ( EventMapper )
    | ( EventMapper )
    | ( EventMapper )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AlreadyFinished: ResolverTypeWrapper<Omit<Schema.AlreadyFinished, 'generation'> & { generation: ResolversTypes['Generation'] }>;
  String: ResolverTypeWrapper<Schema.Scalars['String']['output']>;
  AnswerEvidence: ResolverTypeWrapper<Schema.AnswerEvidence>;
  Float: ResolverTypeWrapper<Schema.Scalars['Float']['output']>;
  AnsweringService: Schema.AnsweringService;
  AskInput: Schema.AskInput;
  Int: ResolverTypeWrapper<Schema.Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Schema.Scalars['Boolean']['output']>;
  AskResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AskResult']>;
  CanaryTraffic: ResolverTypeWrapper<Omit<Schema.CanaryTraffic, 'modelVersion'> & { modelVersion: ResolversTypes['ModelVersion'] }>;
  CancelGenerationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CancelGenerationResult']>;
  ChatMessage: ResolverTypeWrapper<Schema.ChatMessage>;
  ChatMessageInput: Schema.ChatMessageInput;
  ChatRole: Schema.ChatRole;
  ChoiceCompleted: ResolverTypeWrapper<EventMapper>;
  Classification: ResolverTypeWrapper<Schema.Classification>;
  Classifications: ResolverTypeWrapper<Omit<Schema.Classifications, 'modelVersion'> & { modelVersion: ResolversTypes['ModelVersion'] }>;
  ClassifyInput: Schema.ClassifyInput;
  ClassifyResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ClassifyResult']>;
  DateTime: ResolverTypeWrapper<Schema.Scalars['DateTime']['output']>;
  Deployment: ResolverTypeWrapper<DeploymentMapper>;
  ID: ResolverTypeWrapper<Schema.Scalars['ID']['output']>;
  DeploymentReplica: ResolverTypeWrapper<Omit<Schema.DeploymentReplica, 'devices'> & { devices: ReadonlyArray<ResolversTypes['Device']> }>;
  DeploymentStatus: Schema.DeploymentStatus;
  Device: ResolverTypeWrapper<DeviceMapper>;
  DeviceKind: Schema.DeviceKind;
  DeviceStatus: Schema.DeviceStatus;
  EmbedInput: Schema.EmbedInput;
  EmbedResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EmbedResult']>;
  Embedding: ResolverTypeWrapper<Schema.Embedding>;
  EmbeddingModel: ResolverTypeWrapper<Schema.EmbeddingModel>;
  Embeddings: ResolverTypeWrapper<Schema.Embeddings>;
  EndTrafficSplitInput: Schema.EndTrafficSplitInput;
  EndTrafficSplitResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EndTrafficSplitResult']>;
  FinishReason: Schema.FinishReason;
  GenerateInput: Schema.GenerateInput;
  GenerateResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['GenerateResult']>;
  GeneratedToken: ResolverTypeWrapper<TokenMapper>;
  Generation: ResolverTypeWrapper<GenerationMapper>;
  GenerationChoice: ResolverTypeWrapper<ChoiceMapper>;
  GenerationCompleted: ResolverTypeWrapper<EventMapper>;
  GenerationConnection: ResolverTypeWrapper<Omit<Schema.GenerationConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['GenerationEdge']> }>;
  GenerationEdge: ResolverTypeWrapper<Omit<Schema.GenerationEdge, 'node'> & { node: ResolversTypes['Generation'] }>;
  GenerationEvent: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['GenerationEvent']>;
  GenerationFailed: ResolverTypeWrapper<EventMapper>;
  GenerationFailure: ResolverTypeWrapper<Schema.GenerationFailure>;
  GenerationRouted: ResolverTypeWrapper<EventMapper>;
  GenerationStarted: ResolverTypeWrapper<EventMapper>;
  GenerationStatus: Schema.GenerationStatus;
  InvalidInput: ResolverTypeWrapper<Schema.InvalidInput>;
  Knowledge: ResolverTypeWrapper<Schema.Knowledge>;
  LabelScore: ResolverTypeWrapper<Schema.LabelScore>;
  ModelPurpose: Schema.ModelPurpose;
  ModelVersion: ResolverTypeWrapper<ModelVersionMapper>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<Schema.NotFound>;
  Overloaded: ResolverTypeWrapper<Schema.Overloaded>;
  PageInfo: ResolverTypeWrapper<Schema.PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ReplicaStatus: Schema.ReplicaStatus;
  RequestPriority: Schema.RequestPriority;
  ResponseFormatInput: Schema.ResponseFormatInput;
  RoutingReason: Schema.RoutingReason;
  SetTrafficSplitInput: Schema.SetTrafficSplitInput;
  SetTrafficSplitResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SetTrafficSplitResult']>;
  ShadowTraffic: ResolverTypeWrapper<Omit<Schema.ShadowTraffic, 'modelVersion'> & { modelVersion: ResolversTypes['ModelVersion'] }>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TextRetracted: ResolverTypeWrapper<EventMapper>;
  TokenAlternative: ResolverTypeWrapper<Schema.TokenAlternative>;
  TokenBiasInput: Schema.TokenBiasInput;
  TokenGenerated: ResolverTypeWrapper<EventMapper>;
  TokenPooling: Schema.TokenPooling;
  TrafficShareInput: Schema.TrafficShareInput;
  TrafficSplit: ResolverTypeWrapper<TrafficSplitMapper>;
  UnknownModel: ResolverTypeWrapper<Schema.UnknownModel>;
  Usage: ResolverTypeWrapper<Schema.Usage>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AlreadyFinished: Omit<Schema.AlreadyFinished, 'generation'> & { generation: ResolversParentTypes['Generation'] };
  String: Schema.Scalars['String']['output'];
  AnswerEvidence: Schema.AnswerEvidence;
  Float: Schema.Scalars['Float']['output'];
  AskInput: Schema.AskInput;
  Int: Schema.Scalars['Int']['output'];
  Boolean: Schema.Scalars['Boolean']['output'];
  AskResult: ResolversUnionTypes<ResolversParentTypes>['AskResult'];
  CanaryTraffic: Omit<Schema.CanaryTraffic, 'modelVersion'> & { modelVersion: ResolversParentTypes['ModelVersion'] };
  CancelGenerationResult: ResolversUnionTypes<ResolversParentTypes>['CancelGenerationResult'];
  ChatMessage: Schema.ChatMessage;
  ChatMessageInput: Schema.ChatMessageInput;
  ChoiceCompleted: EventMapper;
  Classification: Schema.Classification;
  Classifications: Omit<Schema.Classifications, 'modelVersion'> & { modelVersion: ResolversParentTypes['ModelVersion'] };
  ClassifyInput: Schema.ClassifyInput;
  ClassifyResult: ResolversUnionTypes<ResolversParentTypes>['ClassifyResult'];
  DateTime: Schema.Scalars['DateTime']['output'];
  Deployment: DeploymentMapper;
  ID: Schema.Scalars['ID']['output'];
  DeploymentReplica: Omit<Schema.DeploymentReplica, 'devices'> & { devices: ReadonlyArray<ResolversParentTypes['Device']> };
  Device: DeviceMapper;
  EmbedInput: Schema.EmbedInput;
  EmbedResult: ResolversUnionTypes<ResolversParentTypes>['EmbedResult'];
  Embedding: Schema.Embedding;
  EmbeddingModel: Schema.EmbeddingModel;
  Embeddings: Schema.Embeddings;
  EndTrafficSplitInput: Schema.EndTrafficSplitInput;
  EndTrafficSplitResult: ResolversUnionTypes<ResolversParentTypes>['EndTrafficSplitResult'];
  GenerateInput: Schema.GenerateInput;
  GenerateResult: ResolversUnionTypes<ResolversParentTypes>['GenerateResult'];
  GeneratedToken: TokenMapper;
  Generation: GenerationMapper;
  GenerationChoice: ChoiceMapper;
  GenerationCompleted: EventMapper;
  GenerationConnection: Omit<Schema.GenerationConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['GenerationEdge']> };
  GenerationEdge: Omit<Schema.GenerationEdge, 'node'> & { node: ResolversParentTypes['Generation'] };
  GenerationEvent: ResolversInterfaceTypes<ResolversParentTypes>['GenerationEvent'];
  GenerationFailed: EventMapper;
  GenerationFailure: Schema.GenerationFailure;
  GenerationRouted: EventMapper;
  GenerationStarted: EventMapper;
  InvalidInput: Schema.InvalidInput;
  Knowledge: Schema.Knowledge;
  LabelScore: Schema.LabelScore;
  ModelVersion: ModelVersionMapper;
  Mutation: Record<PropertyKey, never>;
  NotFound: Schema.NotFound;
  Overloaded: Schema.Overloaded;
  PageInfo: Schema.PageInfo;
  Query: Record<PropertyKey, never>;
  ResponseFormatInput: Schema.ResponseFormatInput;
  SetTrafficSplitInput: Schema.SetTrafficSplitInput;
  SetTrafficSplitResult: ResolversUnionTypes<ResolversParentTypes>['SetTrafficSplitResult'];
  ShadowTraffic: Omit<Schema.ShadowTraffic, 'modelVersion'> & { modelVersion: ResolversParentTypes['ModelVersion'] };
  Subscription: Record<PropertyKey, never>;
  TextRetracted: EventMapper;
  TokenAlternative: Schema.TokenAlternative;
  TokenBiasInput: Schema.TokenBiasInput;
  TokenGenerated: EventMapper;
  TrafficShareInput: Schema.TrafficShareInput;
  TrafficSplit: TrafficSplitMapper;
  UnknownModel: Schema.UnknownModel;
  Usage: Schema.Usage;
};

export type AlreadyFinishedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlreadyFinished'] = ResolversParentTypes['AlreadyFinished']> = {
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AnswerEvidenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AnswerEvidence'] = ResolversParentTypes['AnswerEvidence']> = {
  knowledge?: Resolver<ResolversTypes['Knowledge'], ParentType, ContextType>;
  similarity?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type AskResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AskResult'] = ResolversParentTypes['AskResult']> = {
  __resolveType: TypeResolveFn<'Generation' | 'InvalidInput' | 'Overloaded' | 'UnknownModel', ParentType, ContextType>;
};

export type CanaryTrafficResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CanaryTraffic'] = ResolversParentTypes['CanaryTraffic']> = {
  isServing?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  percent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type CancelGenerationResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CancelGenerationResult'] = ResolversParentTypes['CancelGenerationResult']> = {
  __resolveType: TypeResolveFn<'AlreadyFinished' | 'Generation' | 'NotFound', ParentType, ContextType>;
};

export type ChatMessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChatMessage'] = ResolversParentTypes['ChatMessage']> = {
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['ChatRole'], ParentType, ContextType>;
};

export type ChoiceCompletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChoiceCompleted'] = ResolversParentTypes['ChoiceCompleted']> = {
  choice?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  finishReason?: Resolver<ResolversTypes['FinishReason'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ClassificationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Classification'] = ResolversParentTypes['Classification']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  scores?: Resolver<ReadonlyArray<ResolversTypes['LabelScore']>, ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  truncated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ClassificationsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Classifications'] = ResolversParentTypes['Classifications']> = {
  classifications?: Resolver<ReadonlyArray<ResolversTypes['Classification']>, ParentType, ContextType>;
  deviceMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ClassifyResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ClassifyResult'] = ResolversParentTypes['ClassifyResult']> = {
  __resolveType: TypeResolveFn<'Classifications' | 'InvalidInput' | 'Overloaded' | 'UnknownModel', ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeploymentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Deployment'] = ResolversParentTypes['Deployment'], FederationReferenceType extends FederationReferenceTypes['Deployment'] = FederationReferenceTypes['Deployment']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Deployment']> | FederationReferenceType, FederationReferenceType, ContextType>;
  aliases?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  contextLength?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  devices?: Resolver<ReadonlyArray<ResolversTypes['Device']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isDefault?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  precision?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  purpose?: Resolver<Schema.Maybe<ResolversTypes['ModelPurpose']>, ParentType, ContextType>;
  replicas?: Resolver<ReadonlyArray<ResolversTypes['DeploymentReplica']>, ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['DeploymentStatus'], ParentType, ContextType>;
};

export type DeploymentReplicaResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeploymentReplica'] = ResolversParentTypes['DeploymentReplica']> = {
  activeSequences?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  contextLength?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  devices?: Resolver<ReadonlyArray<ResolversTypes['Device']>, ParentType, ContextType>;
  instance?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  maxSequences?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  precision?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  queuedRequests?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reportedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ReplicaStatus'], ParentType, ContextType>;
};

export type DeviceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Device'] = ResolversParentTypes['Device'], FederationReferenceType extends FederationReferenceTypes['Device'] = FederationReferenceTypes['Device']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Device']> | FederationReferenceType, FederationReferenceType, ContextType>;
  activeSequences?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  busyRatio?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  deployments?: Resolver<ReadonlyArray<ResolversTypes['Deployment']>, ParentType, ContextType>;
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  instance?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['DeviceKind'], ParentType, ContextType>;
  kvCacheUsage?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  maxSequences?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  memoryLimitBytes?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  memoryTotalBytes?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  queuedRequests?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['DeviceStatus'], ParentType, ContextType>;
  threads?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type EmbedResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EmbedResult'] = ResolversParentTypes['EmbedResult']> = {
  __resolveType: TypeResolveFn<'Embeddings' | 'InvalidInput' | 'Overloaded' | 'UnknownModel', ParentType, ContextType>;
};

export type EmbeddingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Embedding'] = ResolversParentTypes['Embedding']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  truncated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  vector?: Resolver<ReadonlyArray<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type EmbeddingModelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EmbeddingModel'] = ResolversParentTypes['EmbeddingModel']> = {
  dimensions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isNormalized?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  maxTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  pooling?: Resolver<ResolversTypes['TokenPooling'], ParentType, ContextType>;
};

export type EmbeddingsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Embeddings'] = ResolversParentTypes['Embeddings']> = {
  deviceMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  embeddings?: Resolver<ReadonlyArray<ResolversTypes['Embedding']>, ParentType, ContextType>;
  encoder?: Resolver<ResolversTypes['EmbeddingModel'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EndTrafficSplitResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndTrafficSplitResult'] = ResolversParentTypes['EndTrafficSplitResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrafficSplit', ParentType, ContextType>;
};

export type GenerateResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerateResult'] = ResolversParentTypes['GenerateResult']> = {
  __resolveType: TypeResolveFn<'Generation' | 'InvalidInput' | 'Overloaded' | 'UnknownModel', ParentType, ContextType>;
};

export type GeneratedTokenResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GeneratedToken'] = ResolversParentTypes['GeneratedToken']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  logProbability?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tokenId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  topLogProbabilities?: Resolver<ReadonlyArray<ResolversTypes['TokenAlternative']>, ParentType, ContextType>;
};

export type GenerationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Generation'] = ResolversParentTypes['Generation'], FederationReferenceType extends FederationReferenceTypes['Generation'] = FederationReferenceTypes['Generation']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Generation']> | FederationReferenceType, FederationReferenceType, ContextType>;
  bound?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  calibrationVersion?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  choices?: Resolver<ReadonlyArray<ResolversTypes['GenerationChoice']>, ParentType, ContextType>;
  completedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  device?: Resolver<Schema.Maybe<ResolversTypes['Device']>, ParentType, ContextType>;
  draft?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  evidence?: Resolver<ReadonlyArray<ResolversTypes['AnswerEvidence']>, ParentType, ContextType>;
  explanation?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  failure?: Resolver<Schema.Maybe<ResolversTypes['GenerationFailure']>, ParentType, ContextType>;
  finishReason?: Resolver<Schema.Maybe<ResolversTypes['FinishReason']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  messages?: Resolver<ReadonlyArray<ResolversTypes['ChatMessage']>, ParentType, ContextType>;
  modelVersion?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Schema.Maybe<ResolversTypes['RoutingReason']>, ParentType, ContextType>;
  score?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  seed?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  service?: Resolver<Schema.Maybe<ResolversTypes['AnsweringService']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['GenerationStatus'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tokens?: Resolver<ReadonlyArray<ResolversTypes['GeneratedToken']>, ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationChoiceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationChoice'] = ResolversParentTypes['GenerationChoice']> = {
  finishReason?: Resolver<Schema.Maybe<ResolversTypes['FinishReason']>, ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tokens?: Resolver<ReadonlyArray<ResolversTypes['GeneratedToken']>, ParentType, ContextType>;
};

export type GenerationCompletedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationCompleted'] = ResolversParentTypes['GenerationCompleted']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  finishReason?: Resolver<ResolversTypes['FinishReason'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationConnection'] = ResolversParentTypes['GenerationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['GenerationEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type GenerationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationEdge'] = ResolversParentTypes['GenerationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
};

export type GenerationEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationEvent'] = ResolversParentTypes['GenerationEvent']> = {
  __resolveType: TypeResolveFn<'ChoiceCompleted' | 'GenerationCompleted' | 'GenerationFailed' | 'GenerationRouted' | 'GenerationStarted' | 'TextRetracted' | 'TokenGenerated', ParentType, ContextType>;
};

export type GenerationFailedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationFailed'] = ResolversParentTypes['GenerationFailed']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationFailureResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationFailure'] = ResolversParentTypes['GenerationFailure']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type GenerationRoutedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationRouted'] = ResolversParentTypes['GenerationRouted']> = {
  bound?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  calibrationVersion?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  explanation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['RoutingReason'], ParentType, ContextType>;
  score?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  service?: Resolver<ResolversTypes['AnsweringService'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GenerationStartedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['GenerationStarted'] = ResolversParentTypes['GenerationStarted']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type KnowledgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Knowledge'] = ResolversParentTypes['Knowledge']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type LabelScoreResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LabelScore'] = ResolversParentTypes['LabelScore']> = {
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion'], FederationReferenceType extends FederationReferenceTypes['ModelVersion'] = FederationReferenceTypes['ModelVersion']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['ModelVersion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  deployment?: Resolver<Schema.Maybe<ResolversTypes['Deployment']>, ParentType, ContextType>;
  generations?: Resolver<ReadonlyArray<ResolversTypes['Generation']>, ParentType, ContextType, RequireFields<Schema.ModelVersionGenerationsArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  ask?: Resolver<ResolversTypes['AskResult'], ParentType, ContextType, RequireFields<Schema.MutationAskArgs, 'input'>>;
  cancelGeneration?: Resolver<ResolversTypes['CancelGenerationResult'], ParentType, ContextType, RequireFields<Schema.MutationCancelGenerationArgs, 'id'>>;
  endTrafficSplit?: Resolver<ResolversTypes['EndTrafficSplitResult'], ParentType, ContextType, RequireFields<Schema.MutationEndTrafficSplitArgs, 'input'>>;
  generate?: Resolver<ResolversTypes['GenerateResult'], ParentType, ContextType, RequireFields<Schema.MutationGenerateArgs, 'input'>>;
  setTrafficSplit?: Resolver<ResolversTypes['SetTrafficSplitResult'], ParentType, ContextType, RequireFields<Schema.MutationSetTrafficSplitArgs, 'input'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OverloadedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Overloaded'] = ResolversParentTypes['Overloaded']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  classify?: Resolver<ResolversTypes['ClassifyResult'], ParentType, ContextType, RequireFields<Schema.QueryClassifyArgs, 'input'>>;
  deployment?: Resolver<Schema.Maybe<ResolversTypes['Deployment']>, ParentType, ContextType, RequireFields<Schema.QueryDeploymentArgs, 'id'>>;
  deployments?: Resolver<ReadonlyArray<ResolversTypes['Deployment']>, ParentType, ContextType>;
  device?: Resolver<Schema.Maybe<ResolversTypes['Device']>, ParentType, ContextType, RequireFields<Schema.QueryDeviceArgs, 'id'>>;
  devices?: Resolver<ReadonlyArray<ResolversTypes['Device']>, ParentType, ContextType>;
  embed?: Resolver<ResolversTypes['EmbedResult'], ParentType, ContextType, RequireFields<Schema.QueryEmbedArgs, 'input'>>;
  embeddingModels?: Resolver<ReadonlyArray<ResolversTypes['EmbeddingModel']>, ParentType, ContextType>;
  generation?: Resolver<Schema.Maybe<ResolversTypes['Generation']>, ParentType, ContextType, RequireFields<Schema.QueryGenerationArgs, 'id'>>;
  generations?: Resolver<ResolversTypes['GenerationConnection'], ParentType, ContextType, RequireFields<Schema.QueryGenerationsArgs, 'first'>>;
  trafficSplits?: Resolver<ReadonlyArray<ResolversTypes['TrafficSplit']>, ParentType, ContextType>;
};

export type SetTrafficSplitResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetTrafficSplitResult'] = ResolversParentTypes['SetTrafficSplitResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrafficSplit', ParentType, ContextType>;
};

export type ShadowTrafficResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ShadowTraffic'] = ResolversParentTypes['ShadowTraffic']> = {
  different?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  dropped?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  isServing?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  percent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  same?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  ask?: SubscriptionResolver<ResolversTypes['GenerationEvent'], "ask", ParentType, ContextType, RequireFields<Schema.SubscriptionAskArgs, 'input'>>;
  generate?: SubscriptionResolver<ResolversTypes['GenerationEvent'], "generate", ParentType, ContextType, RequireFields<Schema.SubscriptionGenerateArgs, 'input'>>;
  generationEvents?: SubscriptionResolver<ResolversTypes['GenerationEvent'], "generationEvents", ParentType, ContextType, RequireFields<Schema.SubscriptionGenerationEventsArgs, 'id'>>;
};

export type TextRetractedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TextRetracted'] = ResolversParentTypes['TextRetracted']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  retractedText?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TokenAlternativeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TokenAlternative'] = ResolversParentTypes['TokenAlternative']> = {
  logProbability?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tokenId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TokenGeneratedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TokenGenerated'] = ResolversParentTypes['TokenGenerated']> = {
  choice?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  generation?: Resolver<ResolversTypes['Generation'], ParentType, ContextType>;
  logProbability?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tokenId?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  topLogProbabilities?: Resolver<ReadonlyArray<ResolversTypes['TokenAlternative']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrafficSplitResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrafficSplit'] = ResolversParentTypes['TrafficSplit']> = {
  alias?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  canary?: Resolver<Schema.Maybe<ResolversTypes['CanaryTraffic']>, ParentType, ContextType>;
  modelName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  setAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  setBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  shadow?: Resolver<Schema.Maybe<ResolversTypes['ShadowTraffic']>, ParentType, ContextType>;
  stable?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UnknownModelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UnknownModel'] = ResolversParentTypes['UnknownModel']> = {
  available?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UsageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Usage'] = ResolversParentTypes['Usage']> = {
  cachedPromptTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  completionTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  deviceMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  timeToFirstTokenMs?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  tokensPerSecond?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  totalMs?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  truncatedPromptTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AlreadyFinished?: AlreadyFinishedResolvers<ContextType>;
  AnswerEvidence?: AnswerEvidenceResolvers<ContextType>;
  AskResult?: AskResultResolvers<ContextType>;
  CanaryTraffic?: CanaryTrafficResolvers<ContextType>;
  CancelGenerationResult?: CancelGenerationResultResolvers<ContextType>;
  ChatMessage?: ChatMessageResolvers<ContextType>;
  ChoiceCompleted?: ChoiceCompletedResolvers<ContextType>;
  Classification?: ClassificationResolvers<ContextType>;
  Classifications?: ClassificationsResolvers<ContextType>;
  ClassifyResult?: ClassifyResultResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Deployment?: DeploymentResolvers<ContextType>;
  DeploymentReplica?: DeploymentReplicaResolvers<ContextType>;
  Device?: DeviceResolvers<ContextType>;
  EmbedResult?: EmbedResultResolvers<ContextType>;
  Embedding?: EmbeddingResolvers<ContextType>;
  EmbeddingModel?: EmbeddingModelResolvers<ContextType>;
  Embeddings?: EmbeddingsResolvers<ContextType>;
  EndTrafficSplitResult?: EndTrafficSplitResultResolvers<ContextType>;
  GenerateResult?: GenerateResultResolvers<ContextType>;
  GeneratedToken?: GeneratedTokenResolvers<ContextType>;
  Generation?: GenerationResolvers<ContextType>;
  GenerationChoice?: GenerationChoiceResolvers<ContextType>;
  GenerationCompleted?: GenerationCompletedResolvers<ContextType>;
  GenerationConnection?: GenerationConnectionResolvers<ContextType>;
  GenerationEdge?: GenerationEdgeResolvers<ContextType>;
  GenerationEvent?: GenerationEventResolvers<ContextType>;
  GenerationFailed?: GenerationFailedResolvers<ContextType>;
  GenerationFailure?: GenerationFailureResolvers<ContextType>;
  GenerationRouted?: GenerationRoutedResolvers<ContextType>;
  GenerationStarted?: GenerationStartedResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  Knowledge?: KnowledgeResolvers<ContextType>;
  LabelScore?: LabelScoreResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  Overloaded?: OverloadedResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SetTrafficSplitResult?: SetTrafficSplitResultResolvers<ContextType>;
  ShadowTraffic?: ShadowTrafficResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TextRetracted?: TextRetractedResolvers<ContextType>;
  TokenAlternative?: TokenAlternativeResolvers<ContextType>;
  TokenGenerated?: TokenGeneratedResolvers<ContextType>;
  TrafficSplit?: TrafficSplitResolvers<ContextType>;
  UnknownModel?: UnknownModelResolvers<ContextType>;
  Usage?: UsageResolvers<ContextType>;
};

