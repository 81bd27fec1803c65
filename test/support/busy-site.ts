import { expect } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from './bounded.ts';
import { createSite, type Site, type SiteOptions } from './daemon.ts';
import { type SimBmcs, startSimBmcs } from './sim-bmc-process.ts';

/** A site with a server `slow`, whose power-off takes a while, and a server `quick`. */
export interface BusySite {
  readonly site: Site;
  readonly sims: SimBmcs;
  /** The usual configuration, to be changed and written again. */
  readonly options: SiteOptions;
  /** Does something while a forced stop of `slow` is under way; the stop must end as if nothing was. */
  undisturbed(client: EngineClient, misuse: () => Promise<void>): Promise<void>;
}

const slowOffMs = 700;
const limitMs = 5_000;

export const createBusySite = async (): Promise<BusySite> => {
  const sims = await startSimBmcs([
    { name: 'slow', offDelayMs: slowOffMs, onDelayMs: 0 },
    { name: 'quick', offDelayMs: 0, onDelayMs: 0 },
  ]);
  const options: SiteOptions = { servers: { slow: sims.access('slow'), quick: sims.access('quick') } };
  const site = createSite(options);
  return {
    site,
    sims,
    options,
    async undisturbed(client, misuse) {
      await sims.set('slow', { power: 'on' });
      const stop = client.call('fence.request', { server: 'slow', action: 'off' });
      const accepted = async () => (await client.call('fence.get', { server: 'slow' })).accepted;
      await until(accepted, limitMs, 'the power-off to be accepted');
      await misuse();
      expect(await stop).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true });
      expect(sims.powerChanges('slow').at(-1)?.power).toBe('off');
    },
  };
};
