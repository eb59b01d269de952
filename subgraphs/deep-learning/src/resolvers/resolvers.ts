import type { Resolvers } from '../__generated__/resolvers.ts';
import { Knowledge } from './Knowledge.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { UnknownQuestion } from './UnknownQuestion.ts';

export const resolvers: Resolvers = { Query, Mutation, Knowledge, UnknownQuestion };
