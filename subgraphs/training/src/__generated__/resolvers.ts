import type * as Schema from './schema.ts';
import type { AliasMove, Checkpoint, DataSet, Evaluation, EvaluationRun, EvaluationSuite, Model, ModelVersion, TrainingRun } from './schema.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { DataSet as DataSetMapper, TrainingRun as TrainingRunMapper, Transition as TransitionMapper, Checkpoint as CheckpointMapper, Evaluation as EvaluationMapper, EvaluationSuite as EvaluationSuiteMapper, EvaluationRun as EvaluationRunMapper, Model as ModelMapper, ModelVersion as ModelVersionMapper, ModelVersionRemoval as ModelVersionRemovalMapper, VersionReference as VersionReferenceMapper, ModelAlias as ModelAliasMapper, AliasMove as AliasMoveMapper } from '../domain/records.ts';
import type { Statistics as StatisticsMapper } from '../domain/example-statistics.ts';
import type { Upload as UploadMapper, UploadFile as UploadFileMapper } from '../domain/upload.ts';
import type { ModelVersionInUse as ModelVersionInUseMapper } from '../actions/remove-model-version.ts';
import type { TrainingRunComparison as TrainingRunComparisonMapper } from '../actions/compare-training-runs.ts';
import type { Stepped as SteppedMapper, Checkpointed as CheckpointedMapper, Sampled as SampledMapper, Transitioned as TransitionedMapper } from '../mappers.ts';
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
  AliasMove: AliasMove;
  Checkpoint: Checkpoint;
  DataSet: DataSet;
  Evaluation: Evaluation;
  EvaluationRun: EvaluationRun;
  EvaluationSuite: EvaluationSuite;
  Model: Model;
  ModelVersion: ModelVersion;
  TrainingRun: TrainingRun;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  AliasMove:
    ( { __typename: 'AliasMove' }
    & GraphQLRecursivePick<FederationTypes['AliasMove'], {"id":true}> );
  Checkpoint:
    ( { __typename: 'Checkpoint' }
    & GraphQLRecursivePick<FederationTypes['Checkpoint'], {"id":true}> );
  DataSet:
    ( { __typename: 'DataSet' }
    & GraphQLRecursivePick<FederationTypes['DataSet'], {"id":true}> );
  Evaluation:
    ( { __typename: 'Evaluation' }
    & GraphQLRecursivePick<FederationTypes['Evaluation'], {"id":true}> );
  EvaluationRun:
    ( { __typename: 'EvaluationRun' }
    & GraphQLRecursivePick<FederationTypes['EvaluationRun'], {"id":true}> );
  EvaluationSuite:
    ( { __typename: 'EvaluationSuite' }
    & GraphQLRecursivePick<FederationTypes['EvaluationSuite'], {"id":true}> );
  Model:
    ( { __typename: 'Model' }
    & GraphQLRecursivePick<FederationTypes['Model'], {"name":true}> );
  ModelVersion:
    ( { __typename: 'ModelVersion' }
    & GraphQLRecursivePick<FederationTypes['ModelVersion'], {"id":true}> );
  TrainingRun:
    ( { __typename: 'TrainingRun' }
    & GraphQLRecursivePick<FederationTypes['TrainingRun'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AbandonUploadResult:
    | ( Schema.NotFound )
    | ( Schema.UploadAbandoned )
  ;
  BeginUploadResult:
    | ( Schema.InvalidInput )
    | ( UploadMapper )
  ;
  ChangeTrainingRunResult:
    | ( Schema.NotFound )
    | ( TrainingRunMapper )
    | ( Schema.WrongState )
  ;
  CompareTrainingRunsResult:
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( TrainingRunComparisonMapper )
  ;
  CreateDataSetFromUploadResult:
    | ( DataSetMapper )
    | ( Schema.InvalidDataSet )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( Schema.WrongState )
  ;
  CreateDataSetResult:
    | ( DataSetMapper )
    | ( Schema.InvalidDataSet )
    | ( Schema.InvalidInput )
  ;
  CreateEvaluationSuiteResult:
    | ( EvaluationSuiteMapper )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
  EvaluateModelVersionResult:
    | ( EvaluationRunMapper )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
  MoveModelAliasResult:
    | ( AliasMoveMapper )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( Schema.WrongState )
  ;
  RegisterModelResult:
    | ( Schema.InvalidInput )
    | ( Schema.ModelRefused )
    | ( ModelVersionMapper )
    | ( Schema.NotFound )
    | ( Schema.WrongState )
  ;
  RemoveDataSetResult:
    | ( DataSetMapper )
    | ( Schema.DataSetInUse )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
  RemoveModelVersionResult:
    | ( Schema.InvalidInput )
    | ( ModelVersionMapper )
    | ( ModelVersionInUseMapper )
    | ( Schema.NotFound )
  ;
  StartTrainingRunResult:
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( TrainingRunMapper )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  TrainingRunProgress:
    | ( CheckpointedMapper )
    | ( TransitionedMapper )
    | ( SampledMapper )
    | ( SteppedMapper )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AbandonUploadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AbandonUploadResult']>;
  AliasMove: ResolverTypeWrapper<AliasMoveMapper>;
  String: ResolverTypeWrapper<Schema.Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Schema.Scalars['ID']['output']>;
  ArchitectureFamily: Schema.ArchitectureFamily;
  ArchitectureInput: Schema.ArchitectureInput;
  Int: ResolverTypeWrapper<Schema.Scalars['Int']['output']>;
  BeginUploadInput: Schema.BeginUploadInput;
  BeginUploadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['BeginUploadResult']>;
  ChangeTrainingRunResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ChangeTrainingRunResult']>;
  Checkpoint: ResolverTypeWrapper<CheckpointMapper>;
  Float: ResolverTypeWrapper<Schema.Scalars['Float']['output']>;
  CompareTrainingRunsResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CompareTrainingRunsResult']>;
  ComparedMetric: ResolverTypeWrapper<Schema.ComparedMetric>;
  ComparedPoint: ResolverTypeWrapper<Schema.ComparedPoint>;
  ConfigDifference: ResolverTypeWrapper<Schema.ConfigDifference>;
  CreateDataSetFromKnowledgeInput: Schema.CreateDataSetFromKnowledgeInput;
  CreateDataSetFromUploadInput: Schema.CreateDataSetFromUploadInput;
  CreateDataSetFromUploadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateDataSetFromUploadResult']>;
  CreateDataSetInput: Schema.CreateDataSetInput;
  CreateDataSetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateDataSetResult']>;
  CreateEvaluationSuiteInput: Schema.CreateEvaluationSuiteInput;
  CreateEvaluationSuiteResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateEvaluationSuiteResult']>;
  DataSet: ResolverTypeWrapper<DataSetMapper>;
  DataSetConnection: ResolverTypeWrapper<Omit<Schema.DataSetConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['DataSetEdge']> }>;
  DataSetEdge: ResolverTypeWrapper<Omit<Schema.DataSetEdge, 'node'> & { node: ResolversTypes['DataSet'] }>;
  DataSetFormat: Schema.DataSetFormat;
  DataSetInUse: ResolverTypeWrapper<Schema.DataSetInUse>;
  DataSetProblem: ResolverTypeWrapper<Schema.DataSetProblem>;
  DataSetProblemCode: Schema.DataSetProblemCode;
  DataSetReference: ResolverTypeWrapper<Schema.DataSetReference>;
  DataSetReferenceKind: Schema.DataSetReferenceKind;
  DataSetRemoval: ResolverTypeWrapper<Schema.DataSetRemoval>;
  DataSetSplit: ResolverTypeWrapper<Schema.DataSetSplit>;
  DataSetStatistics: ResolverTypeWrapper<StatisticsMapper>;
  DateTime: ResolverTypeWrapper<Schema.Scalars['DateTime']['output']>;
  EvaluateModelVersionInput: Schema.EvaluateModelVersionInput;
  EvaluateModelVersionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EvaluateModelVersionResult']>;
  Evaluation: ResolverTypeWrapper<EvaluationMapper>;
  EvaluationRun: ResolverTypeWrapper<EvaluationRunMapper>;
  EvaluationRunStatus: Schema.EvaluationRunStatus;
  EvaluationSuite: ResolverTypeWrapper<EvaluationSuiteMapper>;
  EvaluationSuiteConnection: ResolverTypeWrapper<Omit<Schema.EvaluationSuiteConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['EvaluationSuiteEdge']> }>;
  EvaluationSuiteEdge: ResolverTypeWrapper<Omit<Schema.EvaluationSuiteEdge, 'node'> & { node: ResolversTypes['EvaluationSuite'] }>;
  Example: ResolverTypeWrapper<Schema.Example>;
  ExampleConnection: ResolverTypeWrapper<Schema.ExampleConnection>;
  ExampleEdge: ResolverTypeWrapper<Schema.ExampleEdge>;
  FeatureView: ResolverTypeWrapper<Schema.FeatureView>;
  HyperparametersInput: Schema.HyperparametersInput;
  Boolean: ResolverTypeWrapper<Schema.Scalars['Boolean']['output']>;
  InvalidDataSet: ResolverTypeWrapper<Schema.InvalidDataSet>;
  InvalidInput: ResolverTypeWrapper<Schema.InvalidInput>;
  LearningRateSchedule: Schema.LearningRateSchedule;
  LengthBucket: ResolverTypeWrapper<Schema.LengthBucket>;
  LossPoint: ResolverTypeWrapper<Schema.LossPoint>;
  Model: ResolverTypeWrapper<ModelMapper>;
  ModelAlias: ResolverTypeWrapper<ModelAliasMapper>;
  ModelConnection: ResolverTypeWrapper<Omit<Schema.ModelConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ModelEdge']> }>;
  ModelEdge: ResolverTypeWrapper<Omit<Schema.ModelEdge, 'node'> & { node: ResolversTypes['Model'] }>;
  ModelLineage: ResolverTypeWrapper<ModelVersionMapper>;
  ModelRefused: ResolverTypeWrapper<Schema.ModelRefused>;
  ModelVersion: ResolverTypeWrapper<ModelVersionMapper>;
  ModelVersionInUse: ResolverTypeWrapper<ModelVersionInUseMapper>;
  ModelVersionKind: Schema.ModelVersionKind;
  ModelVersionReference: ResolverTypeWrapper<VersionReferenceMapper>;
  ModelVersionReferenceKind: Schema.ModelVersionReferenceKind;
  ModelVersionRemoval: ResolverTypeWrapper<ModelVersionRemovalMapper>;
  MoveModelAliasInput: Schema.MoveModelAliasInput;
  MoveModelAliasResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['MoveModelAliasResult']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<Schema.NotFound>;
  OptimizerKind: Schema.OptimizerKind;
  PageInfo: ResolverTypeWrapper<Schema.PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RegisterModelInput: Schema.RegisterModelInput;
  RegisterModelResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RegisterModelResult']>;
  RemoveDataSetInput: Schema.RemoveDataSetInput;
  RemoveDataSetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RemoveDataSetResult']>;
  RemoveModelVersionInput: Schema.RemoveModelVersionInput;
  RemoveModelVersionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RemoveModelVersionResult']>;
  RollBackModelAliasInput: Schema.RollBackModelAliasInput;
  SamplingInput: Schema.SamplingInput;
  StartTrainingRunInput: Schema.StartTrainingRunInput;
  StartTrainingRunResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['StartTrainingRunResult']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SuiteBoundInput: Schema.SuiteBoundInput;
  SuiteScoring: Schema.SuiteScoring;
  TrainingCheckpointed: ResolverTypeWrapper<CheckpointedMapper>;
  TrainingRun: ResolverTypeWrapper<TrainingRunMapper>;
  TrainingRunComparison: ResolverTypeWrapper<TrainingRunComparisonMapper>;
  TrainingRunConnection: ResolverTypeWrapper<Omit<Schema.TrainingRunConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['TrainingRunEdge']> }>;
  TrainingRunEdge: ResolverTypeWrapper<Omit<Schema.TrainingRunEdge, 'node'> & { node: ResolversTypes['TrainingRun'] }>;
  TrainingRunProgress: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['TrainingRunProgress']>;
  TrainingRunStatus: Schema.TrainingRunStatus;
  TrainingRunTransition: ResolverTypeWrapper<TransitionMapper>;
  TrainingRunTransitioned: ResolverTypeWrapper<TransitionedMapper>;
  TrainingSample: ResolverTypeWrapper<Schema.TrainingSample>;
  TrainingSampled: ResolverTypeWrapper<SampledMapper>;
  TrainingStepped: ResolverTypeWrapper<SteppedMapper>;
  TrainingStopReason: Schema.TrainingStopReason;
  TrainingTask: Schema.TrainingTask;
  Upload: ResolverTypeWrapper<UploadMapper>;
  UploadAbandoned: ResolverTypeWrapper<Schema.UploadAbandoned>;
  UploadFile: ResolverTypeWrapper<UploadFileMapper>;
  UploadFileInput: Schema.UploadFileInput;
  WrongState: ResolverTypeWrapper<Schema.WrongState>;
  sharedStream__Beginning: Schema.SharedStream__Beginning;
  sharedStream__Sharing: Schema.SharedStream__Sharing;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AbandonUploadResult: ResolversUnionTypes<ResolversParentTypes>['AbandonUploadResult'];
  AliasMove: AliasMoveMapper;
  String: Schema.Scalars['String']['output'];
  ID: Schema.Scalars['ID']['output'];
  ArchitectureInput: Schema.ArchitectureInput;
  Int: Schema.Scalars['Int']['output'];
  BeginUploadInput: Schema.BeginUploadInput;
  BeginUploadResult: ResolversUnionTypes<ResolversParentTypes>['BeginUploadResult'];
  ChangeTrainingRunResult: ResolversUnionTypes<ResolversParentTypes>['ChangeTrainingRunResult'];
  Checkpoint: CheckpointMapper;
  Float: Schema.Scalars['Float']['output'];
  CompareTrainingRunsResult: ResolversUnionTypes<ResolversParentTypes>['CompareTrainingRunsResult'];
  ComparedMetric: Schema.ComparedMetric;
  ComparedPoint: Schema.ComparedPoint;
  ConfigDifference: Schema.ConfigDifference;
  CreateDataSetFromKnowledgeInput: Schema.CreateDataSetFromKnowledgeInput;
  CreateDataSetFromUploadInput: Schema.CreateDataSetFromUploadInput;
  CreateDataSetFromUploadResult: ResolversUnionTypes<ResolversParentTypes>['CreateDataSetFromUploadResult'];
  CreateDataSetInput: Schema.CreateDataSetInput;
  CreateDataSetResult: ResolversUnionTypes<ResolversParentTypes>['CreateDataSetResult'];
  CreateEvaluationSuiteInput: Schema.CreateEvaluationSuiteInput;
  CreateEvaluationSuiteResult: ResolversUnionTypes<ResolversParentTypes>['CreateEvaluationSuiteResult'];
  DataSet: DataSetMapper;
  DataSetConnection: Omit<Schema.DataSetConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['DataSetEdge']> };
  DataSetEdge: Omit<Schema.DataSetEdge, 'node'> & { node: ResolversParentTypes['DataSet'] };
  DataSetInUse: Schema.DataSetInUse;
  DataSetProblem: Schema.DataSetProblem;
  DataSetReference: Schema.DataSetReference;
  DataSetRemoval: Schema.DataSetRemoval;
  DataSetSplit: Schema.DataSetSplit;
  DataSetStatistics: StatisticsMapper;
  DateTime: Schema.Scalars['DateTime']['output'];
  EvaluateModelVersionInput: Schema.EvaluateModelVersionInput;
  EvaluateModelVersionResult: ResolversUnionTypes<ResolversParentTypes>['EvaluateModelVersionResult'];
  Evaluation: EvaluationMapper;
  EvaluationRun: EvaluationRunMapper;
  EvaluationSuite: EvaluationSuiteMapper;
  EvaluationSuiteConnection: Omit<Schema.EvaluationSuiteConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['EvaluationSuiteEdge']> };
  EvaluationSuiteEdge: Omit<Schema.EvaluationSuiteEdge, 'node'> & { node: ResolversParentTypes['EvaluationSuite'] };
  Example: Schema.Example;
  ExampleConnection: Schema.ExampleConnection;
  ExampleEdge: Schema.ExampleEdge;
  FeatureView: Schema.FeatureView;
  HyperparametersInput: Schema.HyperparametersInput;
  Boolean: Schema.Scalars['Boolean']['output'];
  InvalidDataSet: Schema.InvalidDataSet;
  InvalidInput: Schema.InvalidInput;
  LengthBucket: Schema.LengthBucket;
  LossPoint: Schema.LossPoint;
  Model: ModelMapper;
  ModelAlias: ModelAliasMapper;
  ModelConnection: Omit<Schema.ModelConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ModelEdge']> };
  ModelEdge: Omit<Schema.ModelEdge, 'node'> & { node: ResolversParentTypes['Model'] };
  ModelLineage: ModelVersionMapper;
  ModelRefused: Schema.ModelRefused;
  ModelVersion: ModelVersionMapper;
  ModelVersionInUse: ModelVersionInUseMapper;
  ModelVersionReference: VersionReferenceMapper;
  ModelVersionRemoval: ModelVersionRemovalMapper;
  MoveModelAliasInput: Schema.MoveModelAliasInput;
  MoveModelAliasResult: ResolversUnionTypes<ResolversParentTypes>['MoveModelAliasResult'];
  Mutation: Record<PropertyKey, never>;
  NotFound: Schema.NotFound;
  PageInfo: Schema.PageInfo;
  Query: Record<PropertyKey, never>;
  RegisterModelInput: Schema.RegisterModelInput;
  RegisterModelResult: ResolversUnionTypes<ResolversParentTypes>['RegisterModelResult'];
  RemoveDataSetInput: Schema.RemoveDataSetInput;
  RemoveDataSetResult: ResolversUnionTypes<ResolversParentTypes>['RemoveDataSetResult'];
  RemoveModelVersionInput: Schema.RemoveModelVersionInput;
  RemoveModelVersionResult: ResolversUnionTypes<ResolversParentTypes>['RemoveModelVersionResult'];
  RollBackModelAliasInput: Schema.RollBackModelAliasInput;
  SamplingInput: Schema.SamplingInput;
  StartTrainingRunInput: Schema.StartTrainingRunInput;
  StartTrainingRunResult: ResolversUnionTypes<ResolversParentTypes>['StartTrainingRunResult'];
  Subscription: Record<PropertyKey, never>;
  SuiteBoundInput: Schema.SuiteBoundInput;
  TrainingCheckpointed: CheckpointedMapper;
  TrainingRun: TrainingRunMapper;
  TrainingRunComparison: TrainingRunComparisonMapper;
  TrainingRunConnection: Omit<Schema.TrainingRunConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['TrainingRunEdge']> };
  TrainingRunEdge: Omit<Schema.TrainingRunEdge, 'node'> & { node: ResolversParentTypes['TrainingRun'] };
  TrainingRunProgress: ResolversInterfaceTypes<ResolversParentTypes>['TrainingRunProgress'];
  TrainingRunTransition: TransitionMapper;
  TrainingRunTransitioned: TransitionedMapper;
  TrainingSample: Schema.TrainingSample;
  TrainingSampled: SampledMapper;
  TrainingStepped: SteppedMapper;
  Upload: UploadMapper;
  UploadAbandoned: Schema.UploadAbandoned;
  UploadFile: UploadFileMapper;
  UploadFileInput: Schema.UploadFileInput;
  WrongState: Schema.WrongState;
};

export type SharedStreamDirectiveArgs = {
  begins?: Schema.SharedStream__Beginning;
  by: Schema.SharedStream__Sharing;
};

export type SharedStreamDirectiveResolver<Result, Parent, ContextType = Context, Args = SharedStreamDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AbandonUploadResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AbandonUploadResult'] = ResolversParentTypes['AbandonUploadResult']> = {
  __resolveType: TypeResolveFn<'NotFound' | 'UploadAbandoned', ParentType, ContextType>;
};

export type AliasMoveResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AliasMove'] = ResolversParentTypes['AliasMove'], FederationReferenceType extends FederationReferenceTypes['AliasMove'] = FederationReferenceTypes['AliasMove']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['AliasMove']> | FederationReferenceType, FederationReferenceType, ContextType>;
  alias?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  evaluation?: Resolver<Schema.Maybe<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  from?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  movedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  movedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BeginUploadResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BeginUploadResult'] = ResolversParentTypes['BeginUploadResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'Upload', ParentType, ContextType>;
};

export type ChangeTrainingRunResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChangeTrainingRunResult'] = ResolversParentTypes['ChangeTrainingRunResult']> = {
  __resolveType: TypeResolveFn<'NotFound' | 'TrainingRun' | 'WrongState', ParentType, ContextType>;
};

export type CheckpointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Checkpoint'] = ResolversParentTypes['Checkpoint'], FederationReferenceType extends FederationReferenceTypes['Checkpoint'] = FederationReferenceTypes['Checkpoint']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Checkpoint']> | FederationReferenceType, FederationReferenceType, ContextType>;
  artifactUri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  heldOutLoss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CompareTrainingRunsResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CompareTrainingRunsResult'] = ResolversParentTypes['CompareTrainingRunsResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrainingRunComparison', ParentType, ContextType>;
};

export type ComparedMetricResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ComparedMetric'] = ResolversParentTypes['ComparedMetric']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Schema.Maybe<ResolversTypes['Float']>>, ParentType, ContextType>;
};

export type ComparedPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ComparedPoint'] = ResolversParentTypes['ComparedPoint']> = {
  heldOutLosses?: Resolver<ReadonlyArray<Schema.Maybe<ResolversTypes['Float']>>, ParentType, ContextType>;
  losses?: Resolver<ReadonlyArray<Schema.Maybe<ResolversTypes['Float']>>, ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ConfigDifferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ConfigDifference'] = ResolversParentTypes['ConfigDifference']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Schema.Maybe<ResolversTypes['String']>>, ParentType, ContextType>;
};

export type CreateDataSetFromUploadResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateDataSetFromUploadResult'] = ResolversParentTypes['CreateDataSetFromUploadResult']> = {
  __resolveType: TypeResolveFn<'DataSet' | 'InvalidDataSet' | 'InvalidInput' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type CreateDataSetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateDataSetResult'] = ResolversParentTypes['CreateDataSetResult']> = {
  __resolveType: TypeResolveFn<'DataSet' | 'InvalidDataSet' | 'InvalidInput', ParentType, ContextType>;
};

export type CreateEvaluationSuiteResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateEvaluationSuiteResult'] = ResolversParentTypes['CreateEvaluationSuiteResult']> = {
  __resolveType: TypeResolveFn<'EvaluationSuite' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type DataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSet'] = ResolversParentTypes['DataSet'], FederationReferenceType extends FederationReferenceTypes['DataSet'] = FederationReferenceTypes['DataSet']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['DataSet']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exampleCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  examples?: Resolver<ResolversTypes['ExampleConnection'], ParentType, ContextType, RequireFields<Schema.DataSetExamplesArgs, 'first'>>;
  featureView?: Resolver<Schema.Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType>;
  featuresAsOf?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  provenance?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  removal?: Resolver<Schema.Maybe<ResolversTypes['DataSetRemoval']>, ParentType, ContextType>;
  sample?: Resolver<ReadonlyArray<ResolversTypes['Example']>, ParentType, ContextType, RequireFields<Schema.DataSetSampleArgs, 'first'>>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  split?: Resolver<Schema.Maybe<ResolversTypes['DataSetSplit']>, ParentType, ContextType, RequireFields<Schema.DataSetSplitArgs, 'heldOutShare' | 'seed'>>;
  statistics?: Resolver<Schema.Maybe<ResolversTypes['DataSetStatistics']>, ParentType, ContextType>;
  tokenEstimate?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType, RequireFields<Schema.DataSetTokenEstimateArgs, 'modelVersionId'>>;
  trainingRuns?: Resolver<ReadonlyArray<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['DataSet']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DataSetConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetConnection'] = ResolversParentTypes['DataSetConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['DataSetEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type DataSetEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetEdge'] = ResolversParentTypes['DataSetEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
};

export type DataSetInUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetInUse'] = ResolversParentTypes['DataSetInUse']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  references?: Resolver<ReadonlyArray<ResolversTypes['DataSetReference']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DataSetProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetProblem'] = ResolversParentTypes['DataSetProblem']> = {
  byteOffset?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['DataSetProblemCode'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rowGroup?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type DataSetReferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetReference'] = ResolversParentTypes['DataSetReference']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['DataSetReferenceKind'], ParentType, ContextType>;
};

export type DataSetRemovalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetRemoval'] = ResolversParentTypes['DataSetRemoval']> = {
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  removedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  removedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type DataSetSplitResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetSplit'] = ResolversParentTypes['DataSetSplit']> = {
  heldOutCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DataSetStatisticsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSetStatistics'] = ResolversParentTypes['DataSetStatistics']> = {
  completionCharacters?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  duplicateCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  lengths?: Resolver<ReadonlyArray<ResolversTypes['LengthBucket']>, ParentType, ContextType>;
  longestCharacters?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  promptCharacters?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EvaluateModelVersionResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluateModelVersionResult'] = ResolversParentTypes['EvaluateModelVersionResult']> = {
  __resolveType: TypeResolveFn<'EvaluationRun' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type EvaluationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Evaluation'] = ResolversParentTypes['Evaluation'], FederationReferenceType extends FederationReferenceTypes['Evaluation'] = FederationReferenceTypes['Evaluation']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Evaluation']> | FederationReferenceType, FederationReferenceType, ContextType>;
  accuracy?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<Schema.Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  evaluationSuite?: Resolver<Schema.Maybe<ResolversTypes['EvaluationSuite']>, ParentType, ContextType>;
  exactMatch?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  exampleCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  loss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  macroF1?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  perplexity?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  retrievalAccuracy?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  score?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  spearman?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  suite?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type EvaluationRunResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationRun'] = ResolversParentTypes['EvaluationRun'], FederationReferenceType extends FederationReferenceTypes['EvaluationRun'] = FederationReferenceTypes['EvaluationRun']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['EvaluationRun']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  evaluation?: Resolver<Schema.Maybe<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  evaluationSuite?: Resolver<Schema.Maybe<ResolversTypes['EvaluationSuite']>, ParentType, ContextType>;
  failureCode?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finishedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  startedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['EvaluationRunStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EvaluationSuiteResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationSuite'] = ResolversParentTypes['EvaluationSuite'], FederationReferenceType extends FederationReferenceTypes['EvaluationSuite'] = FederationReferenceTypes['EvaluationSuite']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['EvaluationSuite']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  dataSet?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
  description?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scoring?: Resolver<ResolversTypes['SuiteScoring'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EvaluationSuiteConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationSuiteConnection'] = ResolversParentTypes['EvaluationSuiteConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['EvaluationSuiteEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type EvaluationSuiteEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EvaluationSuiteEdge'] = ResolversParentTypes['EvaluationSuiteEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['EvaluationSuite'], ParentType, ContextType>;
};

export type ExampleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Example'] = ResolversParentTypes['Example']> = {
  completion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type ExampleConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExampleConnection'] = ResolversParentTypes['ExampleConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ExampleEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ExampleEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExampleEdge'] = ResolversParentTypes['ExampleEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Example'], ParentType, ContextType>;
};

export type FeatureViewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureView'] = ResolversParentTypes['FeatureView']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type InvalidDataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidDataSet'] = ResolversParentTypes['InvalidDataSet']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  problemCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  problems?: Resolver<ReadonlyArray<ResolversTypes['DataSetProblem']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LengthBucketResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LengthBucket'] = ResolversParentTypes['LengthBucket']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  upTo?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type LossPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LossPoint'] = ResolversParentTypes['LossPoint']> = {
  gradientNorm?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  heldOutLoss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  learningRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  loss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokensSeen?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ModelResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model'], FederationReferenceType extends FederationReferenceTypes['Model'] = FederationReferenceTypes['Model']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['Model']> | FederationReferenceType, FederationReferenceType, ContextType>;
  aliases?: Resolver<ReadonlyArray<ResolversTypes['ModelAlias']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  versions?: Resolver<ReadonlyArray<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<Schema.ModelVersionsArgs, 'first'>>;
};

export type ModelAliasResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelAlias'] = ResolversParentTypes['ModelAlias']> = {
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  moves?: Resolver<ReadonlyArray<ResolversTypes['AliasMove']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['ModelVersion'], ParentType, ContextType>;
  versionAt?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<Schema.ModelAliasVersionAtArgs, 'at'>>;
};

export type ModelConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelConnection'] = ResolversParentTypes['ModelConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ModelEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ModelEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelEdge'] = ResolversParentTypes['ModelEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
};

export type ModelLineageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelLineage'] = ResolversParentTypes['ModelLineage']> = {
  codeVersion?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  config?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  dataSet?: Resolver<Schema.Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  dataSetSha256?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parent?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  seed?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  trainingRun?: Resolver<Schema.Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
};

export type ModelRefusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelRefused'] = ResolversParentTypes['ModelRefused']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersion'] = ResolversParentTypes['ModelVersion'], FederationReferenceType extends FederationReferenceTypes['ModelVersion'] = FederationReferenceTypes['ModelVersion']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['ModelVersion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  aliases?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  artifactUri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  config?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  evaluationRuns?: Resolver<ReadonlyArray<ResolversTypes['EvaluationRun']>, ParentType, ContextType>;
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelVersionKind'], ParentType, ContextType>;
  labels?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ModelLineage'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  parameterCount?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  parent?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  removal?: Resolver<Schema.Maybe<ResolversTypes['ModelVersionRemoval']>, ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  task?: Resolver<ResolversTypes['TrainingTask'], ParentType, ContextType>;
  trainingRun?: Resolver<Schema.Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionInUseResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionInUse'] = ResolversParentTypes['ModelVersionInUse']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  references?: Resolver<ReadonlyArray<ResolversTypes['ModelVersionReference']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ModelVersionReferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionReference'] = ResolversParentTypes['ModelVersionReference']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelVersionReferenceKind'], ParentType, ContextType>;
};

export type ModelVersionRemovalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ModelVersionRemoval'] = ResolversParentTypes['ModelVersionRemoval']> = {
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  removedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  removedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MoveModelAliasResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MoveModelAliasResult'] = ResolversParentTypes['MoveModelAliasResult']> = {
  __resolveType: TypeResolveFn<'AliasMove' | 'InvalidInput' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  abandonUpload?: Resolver<ResolversTypes['AbandonUploadResult'], ParentType, ContextType, RequireFields<Schema.MutationAbandonUploadArgs, 'id'>>;
  beginUpload?: Resolver<ResolversTypes['BeginUploadResult'], ParentType, ContextType, RequireFields<Schema.MutationBeginUploadArgs, 'input'>>;
  cancelTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<Schema.MutationCancelTrainingRunArgs, 'id'>>;
  createDataSet?: Resolver<ResolversTypes['CreateDataSetResult'], ParentType, ContextType, RequireFields<Schema.MutationCreateDataSetArgs, 'input'>>;
  createDataSetFromKnowledge?: Resolver<ResolversTypes['CreateDataSetResult'], ParentType, ContextType, RequireFields<Schema.MutationCreateDataSetFromKnowledgeArgs, 'input'>>;
  createDataSetFromUpload?: Resolver<ResolversTypes['CreateDataSetFromUploadResult'], ParentType, ContextType, RequireFields<Schema.MutationCreateDataSetFromUploadArgs, 'input'>>;
  createEvaluationSuite?: Resolver<ResolversTypes['CreateEvaluationSuiteResult'], ParentType, ContextType, RequireFields<Schema.MutationCreateEvaluationSuiteArgs, 'input'>>;
  evaluateModelVersion?: Resolver<ResolversTypes['EvaluateModelVersionResult'], ParentType, ContextType, RequireFields<Schema.MutationEvaluateModelVersionArgs, 'input'>>;
  moveModelAlias?: Resolver<ResolversTypes['MoveModelAliasResult'], ParentType, ContextType, RequireFields<Schema.MutationMoveModelAliasArgs, 'input'>>;
  pauseTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<Schema.MutationPauseTrainingRunArgs, 'id'>>;
  registerModel?: Resolver<ResolversTypes['RegisterModelResult'], ParentType, ContextType, RequireFields<Schema.MutationRegisterModelArgs, 'input'>>;
  removeDataSet?: Resolver<ResolversTypes['RemoveDataSetResult'], ParentType, ContextType, RequireFields<Schema.MutationRemoveDataSetArgs, 'input'>>;
  removeModelVersion?: Resolver<ResolversTypes['RemoveModelVersionResult'], ParentType, ContextType, RequireFields<Schema.MutationRemoveModelVersionArgs, 'input'>>;
  resumeTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<Schema.MutationResumeTrainingRunArgs, 'id'>>;
  retryTrainingRun?: Resolver<ResolversTypes['ChangeTrainingRunResult'], ParentType, ContextType, RequireFields<Schema.MutationRetryTrainingRunArgs, 'id'>>;
  rollBackModelAlias?: Resolver<ResolversTypes['MoveModelAliasResult'], ParentType, ContextType, RequireFields<Schema.MutationRollBackModelAliasArgs, 'input'>>;
  startTrainingRun?: Resolver<ResolversTypes['StartTrainingRunResult'], ParentType, ContextType, RequireFields<Schema.MutationStartTrainingRunArgs, 'input'>>;
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
  compareTrainingRuns?: Resolver<ResolversTypes['CompareTrainingRunsResult'], ParentType, ContextType, RequireFields<Schema.QueryCompareTrainingRunsArgs, 'ids' | 'maxPoints'>>;
  dataSet?: Resolver<Schema.Maybe<ResolversTypes['DataSet']>, ParentType, ContextType, RequireFields<Schema.QueryDataSetArgs, 'id'>>;
  dataSets?: Resolver<ResolversTypes['DataSetConnection'], ParentType, ContextType, RequireFields<Schema.QueryDataSetsArgs, 'first'>>;
  evaluationRun?: Resolver<Schema.Maybe<ResolversTypes['EvaluationRun']>, ParentType, ContextType, RequireFields<Schema.QueryEvaluationRunArgs, 'id'>>;
  evaluationSuite?: Resolver<Schema.Maybe<ResolversTypes['EvaluationSuite']>, ParentType, ContextType, RequireFields<Schema.QueryEvaluationSuiteArgs, 'id'>>;
  evaluationSuites?: Resolver<ResolversTypes['EvaluationSuiteConnection'], ParentType, ContextType, RequireFields<Schema.QueryEvaluationSuitesArgs, 'first'>>;
  model?: Resolver<Schema.Maybe<ResolversTypes['Model']>, ParentType, ContextType, RequireFields<Schema.QueryModelArgs, 'name'>>;
  modelAlias?: Resolver<Schema.Maybe<ResolversTypes['ModelAlias']>, ParentType, ContextType, RequireFields<Schema.QueryModelAliasArgs, 'alias' | 'model'>>;
  modelVersion?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType, RequireFields<Schema.QueryModelVersionArgs, 'id'>>;
  models?: Resolver<ResolversTypes['ModelConnection'], ParentType, ContextType, RequireFields<Schema.QueryModelsArgs, 'first'>>;
  trainingRun?: Resolver<Schema.Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType, RequireFields<Schema.QueryTrainingRunArgs, 'id'>>;
  trainingRuns?: Resolver<ResolversTypes['TrainingRunConnection'], ParentType, ContextType, RequireFields<Schema.QueryTrainingRunsArgs, 'first'>>;
  upload?: Resolver<Schema.Maybe<ResolversTypes['Upload']>, ParentType, ContextType, RequireFields<Schema.QueryUploadArgs, 'id'>>;
};

export type RegisterModelResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RegisterModelResult'] = ResolversParentTypes['RegisterModelResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'ModelRefused' | 'ModelVersion' | 'NotFound' | 'WrongState', ParentType, ContextType>;
};

export type RemoveDataSetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveDataSetResult'] = ResolversParentTypes['RemoveDataSetResult']> = {
  __resolveType: TypeResolveFn<'DataSet' | 'DataSetInUse' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type RemoveModelVersionResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveModelVersionResult'] = ResolversParentTypes['RemoveModelVersionResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'ModelVersion' | 'ModelVersionInUse' | 'NotFound', ParentType, ContextType>;
};

export type StartTrainingRunResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['StartTrainingRunResult'] = ResolversParentTypes['StartTrainingRunResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrainingRun', ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  trainingRunProgressed?: SubscriptionResolver<ResolversTypes['TrainingRunProgress'], "trainingRunProgressed", ParentType, ContextType, RequireFields<Schema.SubscriptionTrainingRunProgressedArgs, 'id'>>;
};

export type TrainingCheckpointedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingCheckpointed'] = ResolversParentTypes['TrainingCheckpointed']> = {
  checkpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingRunResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRun'] = ResolversParentTypes['TrainingRun'], FederationReferenceType extends FederationReferenceTypes['TrainingRun'] = FederationReferenceTypes['TrainingRun']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['TrainingRun']> | FederationReferenceType, FederationReferenceType, ContextType>;
  attempt?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  checkpoints?: Resolver<ReadonlyArray<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  codeVersion?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  config?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<Schema.Maybe<ResolversTypes['DataSet']>, ParentType, ContextType>;
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  evaluations?: Resolver<ReadonlyArray<ResolversTypes['Evaluation']>, ParentType, ContextType>;
  failureCode?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  featureView?: Resolver<Schema.Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType>;
  finishedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  history?: Resolver<ReadonlyArray<ResolversTypes['TrainingRunTransition']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  initialVersion?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  loss?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  lossCurve?: Resolver<ReadonlyArray<ResolversTypes['LossPoint']>, ParentType, ContextType, RequireFields<Schema.TrainingRunLossCurveArgs, 'maxPoints'>>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  modelVersion?: Resolver<Schema.Maybe<ResolversTypes['ModelVersion']>, ParentType, ContextType>;
  parameterCount?: Resolver<Schema.Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  retries?: Resolver<ReadonlyArray<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  retryOf?: Resolver<Schema.Maybe<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  samples?: Resolver<ReadonlyArray<ResolversTypes['TrainingSample']>, ParentType, ContextType, RequireFields<Schema.TrainingRunSamplesArgs, 'first'>>;
  seed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  startedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TrainingRunStatus'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  stopReason?: Resolver<Schema.Maybe<ResolversTypes['TrainingStopReason']>, ParentType, ContextType>;
  task?: Resolver<ResolversTypes['TrainingTask'], ParentType, ContextType>;
  tokensSeen?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  totalSteps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingRunComparisonResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunComparison'] = ResolversParentTypes['TrainingRunComparison']> = {
  curve?: Resolver<ReadonlyArray<ResolversTypes['ComparedPoint']>, ParentType, ContextType>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['ConfigDifference']>, ParentType, ContextType>;
  metrics?: Resolver<ReadonlyArray<ResolversTypes['ComparedMetric']>, ParentType, ContextType>;
  runs?: Resolver<ReadonlyArray<ResolversTypes['TrainingRun']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingRunConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunConnection'] = ResolversParentTypes['TrainingRunConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TrainingRunEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TrainingRunEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunEdge'] = ResolversParentTypes['TrainingRunEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
};

export type TrainingRunProgressResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunProgress'] = ResolversParentTypes['TrainingRunProgress']> = {
  __resolveType: TypeResolveFn<'TrainingCheckpointed' | 'TrainingRunTransitioned' | 'TrainingSampled' | 'TrainingStepped', ParentType, ContextType>;
};

export type TrainingRunTransitionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunTransition'] = ResolversParentTypes['TrainingRunTransition']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  detail?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  from?: Resolver<Schema.Maybe<ResolversTypes['TrainingRunStatus']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['TrainingRunStatus'], ParentType, ContextType>;
};

export type TrainingRunTransitionedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingRunTransitioned'] = ResolversParentTypes['TrainingRunTransitioned']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  transition?: Resolver<ResolversTypes['TrainingRunTransition'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingSampleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingSample'] = ResolversParentTypes['TrainingSample']> = {
  completion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TrainingSampledResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingSampled'] = ResolversParentTypes['TrainingSampled']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  samples?: Resolver<ReadonlyArray<ResolversTypes['TrainingSample']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TrainingSteppedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingStepped'] = ResolversParentTypes['TrainingStepped']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  etaSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  point?: Resolver<ResolversTypes['LossPoint'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  trainingRun?: Resolver<ResolversTypes['TrainingRun'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UploadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Upload'] = ResolversParentTypes['Upload']> = {
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  files?: Resolver<ReadonlyArray<ResolversTypes['UploadFile']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isComplete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  maxChunkBytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UploadAbandonedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UploadAbandoned'] = ResolversParentTypes['UploadAbandoned']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UploadFileResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UploadFile'] = ResolversParentTypes['UploadFile']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  receivedBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WrongStateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WrongState'] = ResolversParentTypes['WrongState']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AbandonUploadResult?: AbandonUploadResultResolvers<ContextType>;
  AliasMove?: AliasMoveResolvers<ContextType>;
  BeginUploadResult?: BeginUploadResultResolvers<ContextType>;
  ChangeTrainingRunResult?: ChangeTrainingRunResultResolvers<ContextType>;
  Checkpoint?: CheckpointResolvers<ContextType>;
  CompareTrainingRunsResult?: CompareTrainingRunsResultResolvers<ContextType>;
  ComparedMetric?: ComparedMetricResolvers<ContextType>;
  ComparedPoint?: ComparedPointResolvers<ContextType>;
  ConfigDifference?: ConfigDifferenceResolvers<ContextType>;
  CreateDataSetFromUploadResult?: CreateDataSetFromUploadResultResolvers<ContextType>;
  CreateDataSetResult?: CreateDataSetResultResolvers<ContextType>;
  CreateEvaluationSuiteResult?: CreateEvaluationSuiteResultResolvers<ContextType>;
  DataSet?: DataSetResolvers<ContextType>;
  DataSetConnection?: DataSetConnectionResolvers<ContextType>;
  DataSetEdge?: DataSetEdgeResolvers<ContextType>;
  DataSetInUse?: DataSetInUseResolvers<ContextType>;
  DataSetProblem?: DataSetProblemResolvers<ContextType>;
  DataSetReference?: DataSetReferenceResolvers<ContextType>;
  DataSetRemoval?: DataSetRemovalResolvers<ContextType>;
  DataSetSplit?: DataSetSplitResolvers<ContextType>;
  DataSetStatistics?: DataSetStatisticsResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EvaluateModelVersionResult?: EvaluateModelVersionResultResolvers<ContextType>;
  Evaluation?: EvaluationResolvers<ContextType>;
  EvaluationRun?: EvaluationRunResolvers<ContextType>;
  EvaluationSuite?: EvaluationSuiteResolvers<ContextType>;
  EvaluationSuiteConnection?: EvaluationSuiteConnectionResolvers<ContextType>;
  EvaluationSuiteEdge?: EvaluationSuiteEdgeResolvers<ContextType>;
  Example?: ExampleResolvers<ContextType>;
  ExampleConnection?: ExampleConnectionResolvers<ContextType>;
  ExampleEdge?: ExampleEdgeResolvers<ContextType>;
  FeatureView?: FeatureViewResolvers<ContextType>;
  InvalidDataSet?: InvalidDataSetResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  LengthBucket?: LengthBucketResolvers<ContextType>;
  LossPoint?: LossPointResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  ModelAlias?: ModelAliasResolvers<ContextType>;
  ModelConnection?: ModelConnectionResolvers<ContextType>;
  ModelEdge?: ModelEdgeResolvers<ContextType>;
  ModelLineage?: ModelLineageResolvers<ContextType>;
  ModelRefused?: ModelRefusedResolvers<ContextType>;
  ModelVersion?: ModelVersionResolvers<ContextType>;
  ModelVersionInUse?: ModelVersionInUseResolvers<ContextType>;
  ModelVersionReference?: ModelVersionReferenceResolvers<ContextType>;
  ModelVersionRemoval?: ModelVersionRemovalResolvers<ContextType>;
  MoveModelAliasResult?: MoveModelAliasResultResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RegisterModelResult?: RegisterModelResultResolvers<ContextType>;
  RemoveDataSetResult?: RemoveDataSetResultResolvers<ContextType>;
  RemoveModelVersionResult?: RemoveModelVersionResultResolvers<ContextType>;
  StartTrainingRunResult?: StartTrainingRunResultResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TrainingCheckpointed?: TrainingCheckpointedResolvers<ContextType>;
  TrainingRun?: TrainingRunResolvers<ContextType>;
  TrainingRunComparison?: TrainingRunComparisonResolvers<ContextType>;
  TrainingRunConnection?: TrainingRunConnectionResolvers<ContextType>;
  TrainingRunEdge?: TrainingRunEdgeResolvers<ContextType>;
  TrainingRunProgress?: TrainingRunProgressResolvers<ContextType>;
  TrainingRunTransition?: TrainingRunTransitionResolvers<ContextType>;
  TrainingRunTransitioned?: TrainingRunTransitionedResolvers<ContextType>;
  TrainingSample?: TrainingSampleResolvers<ContextType>;
  TrainingSampled?: TrainingSampledResolvers<ContextType>;
  TrainingStepped?: TrainingSteppedResolvers<ContextType>;
  Upload?: UploadResolvers<ContextType>;
  UploadAbandoned?: UploadAbandonedResolvers<ContextType>;
  UploadFile?: UploadFileResolvers<ContextType>;
  WrongState?: WrongStateResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  sharedStream?: SharedStreamDirectiveResolver<any, any, ContextType>;
};
