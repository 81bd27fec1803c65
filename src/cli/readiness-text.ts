import type { ServerRow } from '../bridge/engine/services.ts';

/** The answer of the rehearsals as a clause for people: `yes, last proved at …, because …`. */
export const readinessText = ({
  ready,
  readiness: { provedAt, because },
}: Pick<ServerRow, 'ready' | 'readiness'>): string => {
  const proved = provedAt === undefined ? '' : `, last proved at ${provedAt}`;
  return `${ready}${proved}, because ${because}`;
};
