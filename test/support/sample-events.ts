import type { NewEvent } from '../../src/events/catalogue.ts';

/** A small event about a server. */
export const answered = (server: string): NewEvent => ({
  type: 'bmc.answered',
  source: 'bmc',
  data: { server },
});

export const fenceRequested = (job: string, server = 'server1'): NewEvent => ({
  type: 'fence.requested',
  source: 'fence',
  data: { job, server, action: 'off', requester: 'test', deadlineMs: 15_000 },
});

/** An event of about `bytes` bytes. */
export const bulky = (bytes: number): NewEvent => ({
  type: 'config.rejected',
  source: 'app',
  data: { problems: ['x'.repeat(bytes)] },
});
