import type { Notice } from '../../src/bridge/noc/notice.ts';

/** The failure of a forced stop, as the NOC is told of it. */
export const aNotice = (change: Partial<Notice> = {}): Notice => ({
  key: 'server1/fence/server2',
  state: 'raise',
  severity: 'critical',
  weight: 'critical',
  server: 'server2',
  text: 'Forced stop of server2 FAILED.',
  type: 'fence.finished',
  alert: { module: 'rc', id: 420 },
  seq: 4711,
  at: '2026-11-21T01:02:03.456Z',
  gateway: 'server1',
  cluster: 'prod-a',
  ...change,
});
