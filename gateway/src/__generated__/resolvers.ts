import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ApiKeyRecord as ApiKeyRecordMapper } from '../stores/api-key-store.ts';
import type { AuditRecord as AuditRecordMapper } from '../stores/audit-store.ts';
import type { ViewerRecord as ViewerRecordMapper } from '../access/viewer-record.ts';
import type { AccessContext } from '../access/context.ts';
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

/** An API key, without its secret. */
export type ApiKey = {
  readonly __typename?: 'ApiKey';
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The subject that created it. */
  readonly createdBy: Scalars['String']['output'];
  /** When it stops being admitted; null if never. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Names the key; the part of it between the underscores. */
  readonly id: Scalars['ID']['output'];
  /** What it is for, in the words of whoever created it. */
  readonly name: Scalars['String']['output'];
  /** Operations it may send in a rate limit's window; the platform's default if null. */
  readonly operationsPerWindow?: Maybe<Scalars['Int']['output']>;
  /** When it was revoked; null if it was not. */
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The subject that revoked it; null if it was not revoked. */
  readonly revokedBy?: Maybe<Scalars['String']['output']>;
  /** The roles it holds. */
  readonly roles: ReadonlyArray<Scalars['String']['output']>;
  /** The scopes it was given beside those of its roles. */
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  /** Whether it is admitted now. */
  readonly status: ApiKeyStatus;
  /** The tenant it acts for. */
  readonly tenant: Scalars['String']['output'];
};

/** A page of API keys. */
export type ApiKeyConnection = {
  readonly __typename?: 'ApiKeyConnection';
  /** The keys of this page. */
  readonly edges: ReadonlyArray<ApiKeyEdge>;
  /** Whether more follow. */
  readonly pageInfo: PageInfo;
};

/** The key, with the only showing of its secret. */
export type ApiKeyCreated = {
  readonly __typename?: 'ApiKeyCreated';
  /** What was created. */
  readonly apiKey: ApiKey;
  /** The key itself, `fth_<id>_<secret>`: keep it, it cannot be shown again. */
  readonly secret: Scalars['String']['output'];
};

/** An API key in a list. */
export type ApiKeyEdge = {
  readonly __typename?: 'ApiKeyEdge';
  /** Pass it as `after` to continue behind this key. */
  readonly cursor: Scalars['String']['output'];
  /** The key. */
  readonly node: ApiKey;
};

/** Whether an API key is admitted. */
export type ApiKeyStatus =
  /** It is admitted. */
  | 'ACTIVE'
  /** Its time is over. */
  | 'EXPIRED'
  /** Somebody revoked it. */
  | 'REVOKED';

/** A change or a refusal. */
export type AuditEvent = {
  readonly __typename?: 'AuditEvent';
  /** When the operation ended. */
  readonly at: Scalars['DateTime']['output'];
  /** Where it came in, if it was refused before it was an operation, or is none: `POST /v1/files`, `subscribe`, `POST /oauth/token`. */
  readonly entrance?: Maybe<Scalars['String']['output']>;
  /** Its root fields, for instance `moveModelAlias`; empty for what was refused before it was read. */
  readonly fields: ReadonlyArray<Scalars['String']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Whether something was changed or refused. */
  readonly kind: AuditEventKind;
  /** Refusals that were alike within a moment are one event; this is how many there were. */
  readonly occurrences: Scalars['Int']['output'];
  /** The first 16 hex digits of the SHA-256 of its text, as the access log has it. */
  readonly operationHash?: Maybe<Scalars['String']['output']>;
  /** The operation's name, if it has one and could be read. */
  readonly operationName?: Maybe<Scalars['String']['output']>;
  /** `OK`, or the code of the first error. */
  readonly outcome: Scalars['String']['output'];
  /** Why it was refused, in the gateway's words: nothing of what the client sent is in them. Of alike ones, the first one's. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** Who sent it: the API key's or the token's subject. */
  readonly subject?: Maybe<Scalars['String']['output']>;
  /** The W3C trace id under which traces and logs can be found. */
  readonly traceId: Scalars['String']['output'];
  /** Which way it came: `http`, `sse`, `multipart`, `websocket`, `openai`, `uploads`, `oauth`, `mcp` or `relay`. */
  readonly transport: Scalars['String']['output'];
};

/** A page of audit events. */
export type AuditEventConnection = {
  readonly __typename?: 'AuditEventConnection';
  /** The events of this page. */
  readonly edges: ReadonlyArray<AuditEventEdge>;
  /** Whether more follow. */
  readonly pageInfo: PageInfo;
};

/** An audit event in a list. */
export type AuditEventEdge = {
  readonly __typename?: 'AuditEventEdge';
  /** Pass it as `after` to continue behind this event. */
  readonly cursor: Scalars['String']['output'];
  /** The event. */
  readonly node: AuditEvent;
};

/** What an audit event tells of. */
export type AuditEventKind =
  /** A mutation was sent and admitted, a token was issued, or a chunk of an upload was stored. */
  | 'MUTATION'
  /** An operation, or a part of it, was refused. */
  | 'REFUSAL';

/** What may be spent on generating: charged by prediction before work begins, corrected by what was used. It refills evenly. */
export type Budget = {
  readonly __typename?: 'Budget';
  /** Seconds of device time left; below 0 after more was used than was foreseen. */
  readonly deviceSecondsLeft: Scalars['Float']['output'];
  /** The most seconds of device time that it holds. */
  readonly deviceSecondsLimit: Scalars['Float']['output'];
  /** Whose it is. */
  readonly per: BudgetHolder;
  /** In how many seconds an empty budget is full again. */
  readonly refillsInSeconds: Scalars['Float']['output'];
  /** Tokens left; below 0 after more was used than was foreseen. */
  readonly tokensLeft: Scalars['Float']['output'];
  /** The most tokens that it holds. */
  readonly tokensLimit: Scalars['Float']['output'];
};

/** Whose budget it is. */
export type BudgetHolder =
  /** Of your key or token alone. */
  | 'KEY'
  /** Of your tenant, all keys and tokens together. */
  | 'TENANT';

/** A new API key. */
export type CreateApiKeyInput = {
  /** When it stops being admitted. Never, without it. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** What it is for, 1 to 100 characters. */
  readonly name: Scalars['String']['input'];
  /** Operations it may send in a rate limit's window. The platform's default without it. */
  readonly operationsPerWindow?: InputMaybe<Scalars['Int']['input']>;
  /** Roles: `admin`, `engineer`, `user`, `viewer`, or `operator` if you are one. */
  readonly roles?: ReadonlyArray<Scalars['String']['input']>;
  /** Scopes beside those of the roles, for instance `inference:ask` or `training:*`. */
  readonly scopes?: ReadonlyArray<Scalars['String']['input']>;
  /** The tenant it acts for: yours without it. Only an `operator` may name another. */
  readonly tenant?: InputMaybe<Scalars['String']['input']>;
};

/** What became of a creation. */
export type CreateApiKeyResult = ApiKeyCreated | InvalidInput;

/** What a tenant has generated on a day. */
export type DailyUsage = {
  readonly __typename?: 'DailyUsage';
  /** Tokens that they generated. */
  readonly completionTokens: Scalars['Float']['output'];
  /** The UTC day, for instance `2026-11-24`. */
  readonly day: Scalars['String']['output'];
  /** Seconds of device time that they took. */
  readonly deviceSeconds: Scalars['Float']['output'];
  /** Generations that ended. */
  readonly generations: Scalars['Float']['output'];
  /** Tokens of their prompts. */
  readonly promptTokens: Scalars['Float']['output'];
};

/** A value of the input is outside what is allowed. */
export type InvalidInput = {
  readonly __typename?: 'InvalidInput';
  /** The path of the offending value, for instance `input.question`. */
  readonly field: Scalars['String']['output'];
  /** What is wrong and what is allowed. */
  readonly message: Scalars['String']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Creates an API key. Its secret is in this answer and never shown again. Needs the scope `admin`. */
  readonly createApiKey: CreateApiKeyResult;
  /**
   * Revokes an API key: within a second no gateway admits it, and what it has streaming ends with `KEY_REVOKED`. A key
   * that is revoked already stays as it is. Needs the scope `admin`.
   */
  readonly revokeApiKey: RevokeApiKeyResult;
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationRevokeApiKeyArgs = {
  id: Scalars['ID']['input'];
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
  /** The API keys of your tenant, newest first, revoked ones included. Needs the scope `admin`. */
  readonly apiKeys: ApiKeyConnection;
  /**
   * What was changed in your tenant and by whom, and what was refused to whom, newest first. Of changes every one, of
   * refusals each kind with how often it happened within a moment. Needs the scope `admin`.
   */
  readonly auditEvents: AuditEventConnection;
  /** What your tenant has generated, by UTC day, newest first; days without any are left out. */
  readonly tenantUsage: ReadonlyArray<DailyUsage>;
  /** Who the gateway takes you for, by the key or token that came with this request. */
  readonly viewer: Viewer;
};


export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryAuditEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryTenantUsageArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
};

/** What became of a revocation. */
export type RevokeApiKeyResult = ApiKey | NotFound;

/** Who you are to the platform. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** What you may spend on generating now: as whoever holds your key or token, and as one of your tenant. The smaller decides. */
  readonly budgets: ReadonlyArray<Budget>;
  /** When your key or token ends; null if it does not. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Your roles. */
  readonly roles: ReadonlyArray<Scalars['String']['output']>;
  /** What you may do: the scopes of your roles and those given to you beside them. */
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  /** The API key's or the token's subject, for instance `key:4Kx0aPq9Zt`. */
  readonly subject: Scalars['String']['output'];
  /** The tenant whose data you see. */
  readonly tenant: Scalars['String']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


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



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  CreateApiKeyResult:
    | ( Omit<ApiKeyCreated, 'apiKey'> & { apiKey: _RefType['ApiKey'] } )
    | ( InvalidInput )
  ;
  RevokeApiKeyResult:
    | ( ApiKeyRecordMapper )
    | ( NotFound )
  ;
};


/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ApiKey: ResolverTypeWrapper<ApiKeyRecordMapper>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  ApiKeyConnection: ResolverTypeWrapper<Omit<ApiKeyConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ApiKeyEdge']> }>;
  ApiKeyCreated: ResolverTypeWrapper<Omit<ApiKeyCreated, 'apiKey'> & { apiKey: ResolversTypes['ApiKey'] }>;
  ApiKeyEdge: ResolverTypeWrapper<Omit<ApiKeyEdge, 'node'> & { node: ResolversTypes['ApiKey'] }>;
  ApiKeyStatus: ApiKeyStatus;
  AuditEvent: ResolverTypeWrapper<AuditRecordMapper>;
  AuditEventConnection: ResolverTypeWrapper<Omit<AuditEventConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AuditEventEdge']> }>;
  AuditEventEdge: ResolverTypeWrapper<Omit<AuditEventEdge, 'node'> & { node: ResolversTypes['AuditEvent'] }>;
  AuditEventKind: AuditEventKind;
  Budget: ResolverTypeWrapper<Budget>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  BudgetHolder: BudgetHolder;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateApiKeyResult']>;
  DailyUsage: ResolverTypeWrapper<DailyUsage>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotFound: ResolverTypeWrapper<NotFound>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RevokeApiKeyResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RevokeApiKeyResult']>;
  Viewer: ResolverTypeWrapper<ViewerRecordMapper>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ApiKey: ApiKeyRecordMapper;
  String: Scalars['String']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  ApiKeyConnection: Omit<ApiKeyConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ApiKeyEdge']> };
  ApiKeyCreated: Omit<ApiKeyCreated, 'apiKey'> & { apiKey: ResolversParentTypes['ApiKey'] };
  ApiKeyEdge: Omit<ApiKeyEdge, 'node'> & { node: ResolversParentTypes['ApiKey'] };
  AuditEvent: AuditRecordMapper;
  AuditEventConnection: Omit<AuditEventConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['AuditEventEdge']> };
  AuditEventEdge: Omit<AuditEventEdge, 'node'> & { node: ResolversParentTypes['AuditEvent'] };
  Budget: Budget;
  Float: Scalars['Float']['output'];
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyResult: ResolversUnionTypes<ResolversParentTypes>['CreateApiKeyResult'];
  DailyUsage: DailyUsage;
  DateTime: Scalars['DateTime']['output'];
  InvalidInput: InvalidInput;
  Mutation: Record<PropertyKey, never>;
  NotFound: NotFound;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Query: Record<PropertyKey, never>;
  RevokeApiKeyResult: ResolversUnionTypes<ResolversParentTypes>['RevokeApiKeyResult'];
  Viewer: ViewerRecordMapper;
};

export type ApiKeyResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operationsPerWindow?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  revokedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ApiKeyStatus'], ParentType, ContextType>;
  tenant?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApiKeyConnectionResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['ApiKeyConnection'] = ResolversParentTypes['ApiKeyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ApiKeyEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ApiKeyCreatedResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['ApiKeyCreated'] = ResolversParentTypes['ApiKeyCreated']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApiKeyEdgeResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['ApiKeyEdge'] = ResolversParentTypes['ApiKeyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  entrance?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fields?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['AuditEventKind'], ParentType, ContextType>;
  occurrences?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  operationHash?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operationName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subject?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  traceId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  transport?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEventConnectionResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['AuditEventConnection'] = ResolversParentTypes['AuditEventConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditEventEdgeResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['AuditEventEdge'] = ResolversParentTypes['AuditEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
};

export type BudgetResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['Budget'] = ResolversParentTypes['Budget']> = {
  deviceSecondsLeft?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  deviceSecondsLimit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['BudgetHolder'], ParentType, ContextType>;
  refillsInSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokensLeft?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokensLimit?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type CreateApiKeyResultResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['CreateApiKeyResult'] = ResolversParentTypes['CreateApiKeyResult']> = {
  __resolveType: TypeResolveFn<'ApiKeyCreated' | 'InvalidInput', ParentType, ContextType>;
};

export type DailyUsageResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['DailyUsage'] = ResolversParentTypes['DailyUsage']> = {
  completionTokens?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  day?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  deviceSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  generations?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type InvalidInputResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createApiKey?: Resolver<ResolversTypes['CreateApiKeyResult'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  revokeApiKey?: Resolver<ResolversTypes['RevokeApiKeyResult'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'id'>>;
};

export type NotFoundResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  apiKeys?: Resolver<ResolversTypes['ApiKeyConnection'], ParentType, ContextType, RequireFields<QueryApiKeysArgs, 'first'>>;
  auditEvents?: Resolver<ResolversTypes['AuditEventConnection'], ParentType, ContextType, RequireFields<QueryAuditEventsArgs, 'first'>>;
  tenantUsage?: Resolver<ReadonlyArray<ResolversTypes['DailyUsage']>, ParentType, ContextType, RequireFields<QueryTenantUsageArgs, 'days'>>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
};

export type RevokeApiKeyResultResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['RevokeApiKeyResult'] = ResolversParentTypes['RevokeApiKeyResult']> = {
  __resolveType: TypeResolveFn<'ApiKey' | 'NotFound', ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = AccessContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  budgets?: Resolver<ReadonlyArray<ResolversTypes['Budget']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tenant?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = AccessContext> = {
  ApiKey?: ApiKeyResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  ApiKeyCreated?: ApiKeyCreatedResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  AuditEventConnection?: AuditEventConnectionResolvers<ContextType>;
  AuditEventEdge?: AuditEventEdgeResolvers<ContextType>;
  Budget?: BudgetResolvers<ContextType>;
  CreateApiKeyResult?: CreateApiKeyResultResolvers<ContextType>;
  DailyUsage?: DailyUsageResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RevokeApiKeyResult?: RevokeApiKeyResultResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

