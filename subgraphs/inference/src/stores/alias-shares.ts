/** What an alias's move does to the split of its traffic. */
import type { Queryable } from '@fathom/platform/database/queryable';
import type { TrafficSplit } from '../domain/traffic-split.ts';

/** What a version that an alias has moved to was given of it before, it has now. */
export async function endSharesOf(
  tx: Queryable,
  place: Pick<TrafficSplit, 'modelName' | 'alias'> & { readonly versionId: string },
): Promise<void> {
  const parameters = [place.modelName, place.alias, place.versionId];
  await tx.query(
    `delete from traffic_splits where model_name = $1 and alias = $2
       and coalesce(canary_version_id, $3) = $3 and coalesce(shadow_version_id, $3) = $3`,
    parameters,
  );
  for (const kind of ['canary', 'shadow'])
    await tx.query(
      `update traffic_splits set ${kind}_version_id = null, ${kind}_percent = null
       where model_name = $1 and alias = $2 and ${kind}_version_id = $3`,
      parameters,
    );
}
