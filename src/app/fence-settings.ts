import type { Config } from '../config/load.ts';
import { defaultFenceSettings, type FenceSettings } from '../fence/settings.ts';

/** The times and guards of a forced stop of this server, as configured. */
export const fenceSettingsOf = ({ fence, servers }: Config, server: string): FenceSettings => {
  const { requesterFencedSeconds, tooMany, repeatSeconds } = fence.guards;
  return {
    ...defaultFenceSettings,
    deadlineMs: (servers[server]?.deadlineSeconds ?? fence.deadlineSeconds) * 1000,
    guards: {
      requesterFencedMs: requesterFencedSeconds * 1000,
      repeatMs: repeatSeconds * 1000,
      tooMany: tooMany && { servers: tooMany.servers, withinMs: tooMany.seconds * 1000 },
    },
  };
};
