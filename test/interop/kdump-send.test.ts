import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { describeWithPeers, peerPath } from '../support/peers.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';
import { freeUdpPort } from './rig/asf-ping.ts';
import { run } from './rig/run.ts';

/** Forced stops that wait for a dump, with the sender that Debian puts into crash kernels. */

const limitMs = 20_000;
const here = '127.0.0.1';

describeWithPeers(['fence_kdump_send'], 'kdumpWait and fence_kdump_send', () => {
  let sims: SimBmcs;
  let site: Site;
  let daemon: Daemon;
  let client: EngineClient;
  let port: number;

  beforeAll(async () => {
    port = await freeUdpPort(here);
    sims = await startSimBmcs([
      { name: 'dumps', offDelayMs: 0 },
      { name: 'silent', offDelayMs: 0 },
    ]);
    const wait = { method: 'kdumpWait', limitSeconds: 20, firstMessageSeconds: 20, quietSeconds: 4 };
    site = createSite({
      servers: { dumps: sims.access('dumps'), silent: sims.access('silent') },
      chains: {
        dumps: [
          { ...wait, from: [here] },
          { method: 'bmc', limitSeconds: 5 },
        ],
        silent: [
          { ...wait, firstMessageSeconds: 1, sendNmi: false, from: ['127.0.0.9'] },
          { method: 'bmc', limitSeconds: 5 },
        ],
      },
      sections: { fence: { deadlineSeconds: 30, kdump: { listen: here, port } } },
    });
    daemon = await site.start();
    client = await site.connect();
  });

  afterAll(async () => {
    await daemon.stop();
    await sims.process.stop();
  });

  const kdumpHealth = async () => (await client.call('health', {})) as { readonly kdump?: unknown };

  test('the dump is waited for from the NMI on, and the BMC proves', async () => {
    const stopping = client.call('fence.request', { server: 'dumps', action: 'off' });
    await until(() => sims.facts('dumps').some(({ event }) => event === 'nmi'), limitMs, 'the NMI');
    const send = [peerPath('fence_kdump_send'), '-p', String(port), '-f', 'ipv4', '-i', '1', '-c', '3', here];
    const sent = await run(send as [string, ...string[]]);
    expect(sent.code).toBe(0);
    const sentMs = Date.now();
    const answer = await stopping;
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'bmc', power: 'off' } });
    const told = answer.steps.find(({ step }) => step === 'kdumpWait');
    expect(told?.result).toMatch(/no message of its crash kernel for 4 s.*proves nothing/);
    expect(await kdumpHealth()).toMatchObject({ kdump: { port, heard: 3, dropped: { stranger: 0 } } });
    const [off] = sims.powerChanges('dumps');
    expect(off?.atMs).toBeGreaterThan(sentMs);
  });

  test('messages from another address are dropped, and nobody waits for them', async () => {
    const send = [peerPath('fence_kdump_send'), '-p', String(port), '-f', 'ipv4', '-i', '1', '-c', '1', here];
    const stopping = client.call('fence.request', { server: 'silent', action: 'off' });
    await run(send as [string, ...string[]]);
    const answer = await stopping;
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(answer.steps.find(({ step }) => step === 'kdumpWait')?.result).toMatch(/^kdump\.silent/);
  });

  test('doctor shows the chain and the open port', async () => {
    const { servers } = await client.call('doctor.run', { server: 'dumps' });
    expect(servers).toMatchObject([{ works: true }]);
    const lines = servers[0]?.findings.map(({ check, message }) => `${check}: ${message}`) ?? [];
    expect(lines.slice(0, 2)).toEqual([
      'chain: 1. kdumpWait (20 s): waits while a dump is written, and proves nothing',
      'chain: 2. bmc (5 s): powers off, and proves that by reading the power',
    ]);
    expect(lines).toContain('kdump: the port for messages of crash kernels is open');
  });
});
