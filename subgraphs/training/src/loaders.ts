import { createByIdLoader } from '@fathom/platform/by-id-loader';
import type { Queryable } from '@fathom/platform/database/queryable';
import { createGroupedLoader, loaderByArgument } from '@fathom/platform/grouped-loader';
import { platformTenant } from './domain/records.ts';
import { aliasesOfModels, aliasesOfVersions, movesAt, movesByIds, movesOfAliases } from './stores/aliases.ts';
import { removalsByDataSets } from './stores/data-set-removals.ts';
import { dataSetsByIds, versionsOfNames } from './stores/data-sets.ts';
import { evaluationRunsByIds, evaluationRunsOfVersions } from './stores/evaluation-runs.ts';
import { suitesByIds } from './stores/evaluation-suites.ts';
import { lossCurves } from './stores/loss-curves.ts';
import {
  evaluationsByIds,
  evaluationsOfRuns,
  evaluationsOfVersions,
  modelsByNames,
  versionsByIds,
  versionsOfModels,
  versionsOfRuns,
} from './stores/registry.ts';
import { removalsByVersions } from './stores/removals.ts';
import {
  checkpointsByIds,
  checkpointsOfRuns,
  samplesOfRuns,
  transitionsOfRuns,
} from './stores/run-progress.ts';
import { retriesOfRuns, runsByIds, runsOfDataSets } from './stores/training-runs.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** Made for one request. What hangs on a visible row is visible; rows by id are the tenant's and the platform's only. */
export function createLoaders(database: Queryable, tenant: string) {
  return {
    dataSet: createByIdLoader((ids) => dataSetsByIds(database, tenant, ids)),
    run: createByIdLoader((ids) => runsByIds(database, tenant, ids)),
    version: createByIdLoader((ids) => versionsByIds(database, tenant, ids)),
    removalOfVersion: createByIdLoader((ids) => removalsByVersions(database, ids)),
    removalOfDataSet: createByIdLoader((ids) => removalsByDataSets(database, ids)),
    suite: createByIdLoader((ids) => suitesByIds(database, tenant, ids)),
    checkpoint: createByIdLoader((ids) => checkpointsByIds(database, [tenant, platformTenant], ids)),
    evaluation: createByIdLoader((ids) => evaluationsByIds(database, tenant, ids)),
    evaluationRun: createByIdLoader((ids) => evaluationRunsByIds(database, tenant, ids)),
    aliasMove: createByIdLoader((ids) => movesByIds(database, tenant, ids)),
    model: createByIdLoader(async (names) =>
      (await modelsByNames(database, tenant, names)).map((model) => ({ ...model, id: model.name })),
    ),
    versionsOfDataSet: createGroupedLoader(
      (keys) =>
        versionsOfNames(
          database,
          keys.map((key) => JSON.parse(key) as { tenant: string; name: string }),
        ),
      dataSetName,
    ),
    runsOfDataSet: createGroupedLoader(
      (ids) => runsOfDataSets(database, tenant, ids),
      ({ dataSetId }) => dataSetId,
    ),
    retriesOfRun: createGroupedLoader(
      (ids) => retriesOfRuns(database, ids),
      ({ retryOf }) => retryOf,
    ),
    versionsOfRun: createGroupedLoader(
      (ids) => versionsOfRuns(database, ids),
      ({ trainingRunId }) => trainingRunId,
    ),
    checkpointsOfRun: createGroupedLoader(
      (ids) => checkpointsOfRuns(database, ids),
      ({ runId }) => runId,
    ),
    transitionsOfRun: createGroupedLoader(
      (ids) => transitionsOfRuns(database, ids),
      ({ runId }) => runId,
    ),
    evaluationsOfRun: createGroupedLoader(
      (ids) => evaluationsOfRuns(database, ids),
      ({ trainingRunId }) => trainingRunId,
    ),
    evaluationsOfVersion: createGroupedLoader(
      (ids) => evaluationsOfVersions(database, tenant, ids),
      ({ versionId }) => versionId,
    ),
    evaluationRunsOfVersion: createGroupedLoader(
      (ids) => evaluationRunsOfVersions(database, tenant, ids),
      ({ versionId }) => versionId,
    ),
    aliasesOfModel: createGroupedLoader(
      (names) => aliasesOfModels(database, names),
      ({ modelName }) => modelName,
    ),
    aliasesOfVersion: createGroupedLoader(
      (ids) => aliasesOfVersions(database, ids),
      ({ versionId }) => versionId,
    ),
    movesOfAlias: createGroupedLoader(
      (keys) => movesOfAliases(database, keys),
      ({ modelName, alias }) => `${modelName}/${alias}`,
    ),
    /** The move that each alias stood on at a moment, in ms since the epoch. */
    moveAt: loaderByArgument((atMs) =>
      createGroupedLoader(
        (keys) => movesAt(database, keys, new Date(atMs)),
        ({ modelName, alias }) => `${modelName}/${alias}`,
      ),
    ),
    samplesOfRun: loaderByArgument((first) =>
      createGroupedLoader(
        (ids) => samplesOfRuns(database, ids, first),
        ({ runId }) => runId,
      ),
    ),
    lossCurve: loaderByArgument((maxPoints) =>
      createGroupedLoader(
        (ids) => lossCurves(database, ids, maxPoints),
        ({ runId }) => runId,
      ),
    ),
    versionsOfModel: loaderByArgument((first) =>
      createGroupedLoader(
        (names) => versionsOfModels(database, names, first),
        ({ modelName }) => modelName,
      ),
    ),
  };
}

/** The key of a name's versions. */
export const dataSetName = ({ tenant, name }: { readonly tenant: string; readonly name: string }): string =>
  JSON.stringify({ tenant, name });
