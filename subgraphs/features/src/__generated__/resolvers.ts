import type * as Schema from './schema.ts';
import type { FeatureEntity, FeatureView, TrainingSetExport } from './schema.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { FeatureEntityRecord as FeatureEntityRecordMapper, FeatureViewRecord as FeatureViewRecordMapper, TrainingSetExportRecord as TrainingSetExportRecordMapper } from '../mappers.ts';
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
  FeatureEntity: FeatureEntity;
  FeatureView: FeatureView;
  TrainingSetExport: TrainingSetExport;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  FeatureEntity:
    ( { __typename: 'FeatureEntity' }
    & GraphQLRecursivePick<FederationTypes['FeatureEntity'], {"id":true}> );
  FeatureView:
    ( { __typename: 'FeatureView' }
    & GraphQLRecursivePick<FederationTypes['FeatureView'], {"id":true}> );
  TrainingSetExport:
    ( { __typename: 'TrainingSetExport' }
    & GraphQLRecursivePick<FederationTypes['TrainingSetExport'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  DefineFeatureEntityResult:
    | ( FeatureEntityRecordMapper )
    | ( Schema.InvalidInput )
  ;
  DefineFeatureViewResult:
    | ( FeatureViewRecordMapper )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
  ExportTrainingSetResult:
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
    | ( TrainingSetExportRecordMapper )
  ;
  HistoricalFeaturesResult:
    | ( Schema.FeatureVectors )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
  IngestFeaturesResult:
    | ( Omit<Schema.FeatureIngestion, 'view'> & { view: _RefType['FeatureView'] } )
    | ( Schema.InvalidFeatureRows )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
  OnlineFeaturesResult:
    | ( Schema.FeatureVectors )
    | ( Schema.InvalidInput )
    | ( Schema.NotFound )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DataSet: ResolverTypeWrapper<Schema.DataSet>;
  ID: ResolverTypeWrapper<Schema.Scalars['ID']['output']>;
  DateTime: ResolverTypeWrapper<Schema.Scalars['DateTime']['output']>;
  DefineFeatureEntityInput: Schema.DefineFeatureEntityInput;
  String: ResolverTypeWrapper<Schema.Scalars['String']['output']>;
  DefineFeatureEntityResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['DefineFeatureEntityResult']>;
  DefineFeatureViewInput: Schema.DefineFeatureViewInput;
  Int: ResolverTypeWrapper<Schema.Scalars['Int']['output']>;
  DefineFeatureViewResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['DefineFeatureViewResult']>;
  ExportTrainingSetInput: Schema.ExportTrainingSetInput;
  ExportTrainingSetResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ExportTrainingSetResult']>;
  Feature: ResolverTypeWrapper<Schema.Feature>;
  FeatureEntity: ResolverTypeWrapper<FeatureEntityRecordMapper>;
  FeatureIngestion: ResolverTypeWrapper<Omit<Schema.FeatureIngestion, 'view'> & { view: ResolversTypes['FeatureView'] }>;
  FeatureInput: Schema.FeatureInput;
  FeatureRowInput: Schema.FeatureRowInput;
  FeatureRowProblem: ResolverTypeWrapper<Schema.FeatureRowProblem>;
  FeatureType: Schema.FeatureType;
  FeatureVector: ResolverTypeWrapper<Schema.FeatureVector>;
  FeatureVectorStatus: Schema.FeatureVectorStatus;
  FeatureVectors: ResolverTypeWrapper<Schema.FeatureVectors>;
  FeatureView: ResolverTypeWrapper<FeatureViewRecordMapper>;
  Float: ResolverTypeWrapper<Schema.Scalars['Float']['output']>;
  FeatureViewConnection: ResolverTypeWrapper<Omit<Schema.FeatureViewConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['FeatureViewEdge']> }>;
  FeatureViewEdge: ResolverTypeWrapper<Omit<Schema.FeatureViewEdge, 'node'> & { node: ResolversTypes['FeatureView'] }>;
  HistoricalFeaturesInput: Schema.HistoricalFeaturesInput;
  HistoricalFeaturesResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['HistoricalFeaturesResult']>;
  HistoricalRowInput: Schema.HistoricalRowInput;
  IngestFeaturesInput: Schema.IngestFeaturesInput;
  IngestFeaturesResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['IngestFeaturesResult']>;
  InvalidFeatureRows: ResolverTypeWrapper<Schema.InvalidFeatureRows>;
  InvalidInput: ResolverTypeWrapper<Schema.InvalidInput>;
  JSON: ResolverTypeWrapper<Schema.Scalars['JSON']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<Schema.NotFound>;
  OnlineFeaturesInput: Schema.OnlineFeaturesInput;
  OnlineFeaturesResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['OnlineFeaturesResult']>;
  PageInfo: ResolverTypeWrapper<Schema.PageInfo>;
  Boolean: ResolverTypeWrapper<Schema.Scalars['Boolean']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TrainingSetExport: ResolverTypeWrapper<TrainingSetExportRecordMapper>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DataSet: Schema.DataSet;
  ID: Schema.Scalars['ID']['output'];
  DateTime: Schema.Scalars['DateTime']['output'];
  DefineFeatureEntityInput: Schema.DefineFeatureEntityInput;
  String: Schema.Scalars['String']['output'];
  DefineFeatureEntityResult: ResolversUnionTypes<ResolversParentTypes>['DefineFeatureEntityResult'];
  DefineFeatureViewInput: Schema.DefineFeatureViewInput;
  Int: Schema.Scalars['Int']['output'];
  DefineFeatureViewResult: ResolversUnionTypes<ResolversParentTypes>['DefineFeatureViewResult'];
  ExportTrainingSetInput: Schema.ExportTrainingSetInput;
  ExportTrainingSetResult: ResolversUnionTypes<ResolversParentTypes>['ExportTrainingSetResult'];
  Feature: Schema.Feature;
  FeatureEntity: FeatureEntityRecordMapper;
  FeatureIngestion: Omit<Schema.FeatureIngestion, 'view'> & { view: ResolversParentTypes['FeatureView'] };
  FeatureInput: Schema.FeatureInput;
  FeatureRowInput: Schema.FeatureRowInput;
  FeatureRowProblem: Schema.FeatureRowProblem;
  FeatureVector: Schema.FeatureVector;
  FeatureVectors: Schema.FeatureVectors;
  FeatureView: FeatureViewRecordMapper;
  Float: Schema.Scalars['Float']['output'];
  FeatureViewConnection: Omit<Schema.FeatureViewConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['FeatureViewEdge']> };
  FeatureViewEdge: Omit<Schema.FeatureViewEdge, 'node'> & { node: ResolversParentTypes['FeatureView'] };
  HistoricalFeaturesInput: Schema.HistoricalFeaturesInput;
  HistoricalFeaturesResult: ResolversUnionTypes<ResolversParentTypes>['HistoricalFeaturesResult'];
  HistoricalRowInput: Schema.HistoricalRowInput;
  IngestFeaturesInput: Schema.IngestFeaturesInput;
  IngestFeaturesResult: ResolversUnionTypes<ResolversParentTypes>['IngestFeaturesResult'];
  InvalidFeatureRows: Schema.InvalidFeatureRows;
  InvalidInput: Schema.InvalidInput;
  JSON: Schema.Scalars['JSON']['output'];
  Mutation: Record<PropertyKey, never>;
  NotFound: Schema.NotFound;
  OnlineFeaturesInput: Schema.OnlineFeaturesInput;
  OnlineFeaturesResult: ResolversUnionTypes<ResolversParentTypes>['OnlineFeaturesResult'];
  PageInfo: Schema.PageInfo;
  Boolean: Schema.Scalars['Boolean']['output'];
  Query: Record<PropertyKey, never>;
  TrainingSetExport: TrainingSetExportRecordMapper;
};

export type DataSetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DataSet'] = ResolversParentTypes['DataSet']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DefineFeatureEntityResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DefineFeatureEntityResult'] = ResolversParentTypes['DefineFeatureEntityResult']> = {
  __resolveType: TypeResolveFn<'FeatureEntity' | 'InvalidInput', ParentType, ContextType>;
};

export type DefineFeatureViewResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DefineFeatureViewResult'] = ResolversParentTypes['DefineFeatureViewResult']> = {
  __resolveType: TypeResolveFn<'FeatureView' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type ExportTrainingSetResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExportTrainingSetResult'] = ResolversParentTypes['ExportTrainingSetResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'NotFound' | 'TrainingSetExport', ParentType, ContextType>;
};

export type FeatureResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Feature'] = ResolversParentTypes['Feature']> = {
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['FeatureType'], ParentType, ContextType>;
};

export type FeatureEntityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureEntity'] = ResolversParentTypes['FeatureEntity'], FederationReferenceType extends FederationReferenceTypes['FeatureEntity'] = FederationReferenceTypes['FeatureEntity']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['FeatureEntity']> | FederationReferenceType, FederationReferenceType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  views?: Resolver<ReadonlyArray<ResolversTypes['FeatureView']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureIngestionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureIngestion'] = ResolversParentTypes['FeatureIngestion']> = {
  ingestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  rowCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  view?: Resolver<ResolversTypes['FeatureView'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureRowProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureRowProblem'] = ResolversParentTypes['FeatureRowProblem']> = {
  feature?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  row?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FeatureVectorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureVector'] = ResolversParentTypes['FeatureVector']> = {
  at?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  entityKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['FeatureVectorStatus'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<Schema.Maybe<ResolversTypes['JSON']>>, ParentType, ContextType>;
};

export type FeatureVectorsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureVectors'] = ResolversParentTypes['FeatureVectors']> = {
  features?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  vectors?: Resolver<ReadonlyArray<ResolversTypes['FeatureVector']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureViewResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureView'] = ResolversParentTypes['FeatureView'], FederationReferenceType extends FederationReferenceTypes['FeatureView'] = FederationReferenceTypes['FeatureView']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['FeatureView']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  entity?: Resolver<ResolversTypes['FeatureEntity'], ParentType, ContextType>;
  entityCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  exports?: Resolver<ReadonlyArray<ResolversTypes['TrainingSetExport']>, ParentType, ContextType>;
  features?: Resolver<ReadonlyArray<ResolversTypes['Feature']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lifetimeSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  newestRowAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  rowCount?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureViewConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureViewConnection'] = ResolversParentTypes['FeatureViewConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FeatureViewEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type FeatureViewEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureViewEdge'] = ResolversParentTypes['FeatureViewEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['FeatureView'], ParentType, ContextType>;
};

export type HistoricalFeaturesResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['HistoricalFeaturesResult'] = ResolversParentTypes['HistoricalFeaturesResult']> = {
  __resolveType: TypeResolveFn<'FeatureVectors' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type IngestFeaturesResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['IngestFeaturesResult'] = ResolversParentTypes['IngestFeaturesResult']> = {
  __resolveType: TypeResolveFn<'FeatureIngestion' | 'InvalidFeatureRows' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type InvalidFeatureRowsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidFeatureRows'] = ResolversParentTypes['InvalidFeatureRows']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  problems?: Resolver<ReadonlyArray<ResolversTypes['FeatureRowProblem']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  defineFeatureEntity?: Resolver<ResolversTypes['DefineFeatureEntityResult'], ParentType, ContextType, RequireFields<Schema.MutationDefineFeatureEntityArgs, 'input'>>;
  defineFeatureView?: Resolver<ResolversTypes['DefineFeatureViewResult'], ParentType, ContextType, RequireFields<Schema.MutationDefineFeatureViewArgs, 'input'>>;
  exportTrainingSet?: Resolver<ResolversTypes['ExportTrainingSetResult'], ParentType, ContextType, RequireFields<Schema.MutationExportTrainingSetArgs, 'input'>>;
  ingestFeatures?: Resolver<ResolversTypes['IngestFeaturesResult'], ParentType, ContextType, RequireFields<Schema.MutationIngestFeaturesArgs, 'input'>>;
};

export type NotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OnlineFeaturesResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OnlineFeaturesResult'] = ResolversParentTypes['OnlineFeaturesResult']> = {
  __resolveType: TypeResolveFn<'FeatureVectors' | 'InvalidInput' | 'NotFound', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  featureEntities?: Resolver<ReadonlyArray<ResolversTypes['FeatureEntity']>, ParentType, ContextType>;
  featureView?: Resolver<Schema.Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType, RequireFields<Schema.QueryFeatureViewArgs, 'id'>>;
  featureViewNamed?: Resolver<Schema.Maybe<ResolversTypes['FeatureView']>, ParentType, ContextType, RequireFields<Schema.QueryFeatureViewNamedArgs, 'name'>>;
  featureViews?: Resolver<ResolversTypes['FeatureViewConnection'], ParentType, ContextType, RequireFields<Schema.QueryFeatureViewsArgs, 'first'>>;
  historicalFeatures?: Resolver<ResolversTypes['HistoricalFeaturesResult'], ParentType, ContextType, RequireFields<Schema.QueryHistoricalFeaturesArgs, 'input'>>;
  onlineFeatures?: Resolver<ResolversTypes['OnlineFeaturesResult'], ParentType, ContextType, RequireFields<Schema.QueryOnlineFeaturesArgs, 'input'>>;
};

export type TrainingSetExportResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TrainingSetExport'] = ResolversParentTypes['TrainingSetExport'], FederationReferenceType extends FederationReferenceTypes['TrainingSetExport'] = FederationReferenceTypes['TrainingSetExport']> = {
  __resolveReference?: ReferenceResolver<Schema.Maybe<ResolversTypes['TrainingSetExport']> | FederationReferenceType, FederationReferenceType, ContextType>;
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  dataSet?: Resolver<ResolversTypes['DataSet'], ParentType, ContextType>;
  exampleCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  skippedCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  view?: Resolver<ResolversTypes['FeatureView'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  DataSet?: DataSetResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DefineFeatureEntityResult?: DefineFeatureEntityResultResolvers<ContextType>;
  DefineFeatureViewResult?: DefineFeatureViewResultResolvers<ContextType>;
  ExportTrainingSetResult?: ExportTrainingSetResultResolvers<ContextType>;
  Feature?: FeatureResolvers<ContextType>;
  FeatureEntity?: FeatureEntityResolvers<ContextType>;
  FeatureIngestion?: FeatureIngestionResolvers<ContextType>;
  FeatureRowProblem?: FeatureRowProblemResolvers<ContextType>;
  FeatureVector?: FeatureVectorResolvers<ContextType>;
  FeatureVectors?: FeatureVectorsResolvers<ContextType>;
  FeatureView?: FeatureViewResolvers<ContextType>;
  FeatureViewConnection?: FeatureViewConnectionResolvers<ContextType>;
  FeatureViewEdge?: FeatureViewEdgeResolvers<ContextType>;
  HistoricalFeaturesResult?: HistoricalFeaturesResultResolvers<ContextType>;
  IngestFeaturesResult?: IngestFeaturesResultResolvers<ContextType>;
  InvalidFeatureRows?: InvalidFeatureRowsResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  OnlineFeaturesResult?: OnlineFeaturesResultResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  TrainingSetExport?: TrainingSetExportResolvers<ContextType>;
};

