import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { encodeV1 } from '../../src/snmp-trap/codec/notification-encoder.ts';
import { until } from '../support/bounded.ts';
import { createSite } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';
import { countersOver } from '../support/traps/site.ts';

const limitMs = 10_000;
const enterprise = '1.3.6.1.4.1.3183.1.1';
/** The recorded PET of a Dell server (manual page ipmi-pet(8)), with a sequence of its own. */
const petOf = (sequence: string): string =>
  `44454c4c500010598043b2c04f333358${sequence}19e87e26ffff202010207318008001ff000000000019000002a20100c1`;

let sims: SimBmcs;
beforeAll(async () => {
  sims = await startSimBmcs([{ name: 'server1', offDelayMs: 0 }]);
});
afterAll(() => sims.process.stop());

const acknowledged = () =>
  sims
    .facts('server1')
    .filter(({ event }) => event === 'petAcknowledged')
    .map(({ sequence }) => sequence);

/** A gateway named `gateway`, and what sends traps to it. */
const start = async (acknowledgePet: { readonly owners: readonly string[] } | undefined) => {
  const site = createSite({
    servers: { server1: sims.access('server1') },
    sections: {
      readiness: { intervalSeconds: 86_400 },
      traps: {
        listen: [{ address: '127.0.0.1', port: 0 }],
        sources: { '127.0.0.1': 'server1' },
        communitiesFile: 'communities',
        ...(acknowledgePet && { acknowledgePet }),
      },
    },
  });
  writeFileSync(join(site.folder, 'communities'), 'public\n', { mode: 0o600 });
  const daemon = await site.start();
  const client = await site.connect();
  const port = (await countersOver(client)).listeners[0]?.port ?? 0;
  const socket = createSocket('udp4');
  onTestFinished(async () => {
    socket.close();
    await client.close();
    await daemon.stop();
  });
  const send = (sequence: string, specific = 356_096) => {
    const varbind = { oid: `${enterprise}.1`, value: Buffer.from(petOf(sequence), 'hex') };
    const datagram = encodeV1({
      ...{ community: 'public', enterprise, agentAddress: '127.0.0.1', generic: 6, specific, uptimeTicks: 1 },
      varbinds: [{ oid: varbind.oid, value: { type: 'octetString', value: varbind.value } }],
    });
    socket.send(datagram, port, '127.0.0.1');
  };
  return { client, send };
};

const recorded = async (client: EngineClient) => (await countersOver(client)).recorded;
const counts = async (client: EngineClient) =>
  ((await client.call('health', {})) as { traps?: { acknowledgements?: Record<string, number> } }).traps
    ?.acknowledgements;

test('the owner acknowledges a PET at the BMC once its event is on disk, and again when it comes again', async () => {
  const before = acknowledged().length;
  const { client, send } = await start({ owners: ['gateway'] });
  send('0007');
  await until(() => acknowledged().length === before + 1, limitMs, 'the acknowledgement');
  expect(acknowledged().at(-1)).toBe(7);
  const { events } = await client.call('events.read', { types: ['trap.received'] });
  expect(events).toMatchObject([{ data: { rule: 'ipmi-pet/chassisIntrusion', server: 'server1' } }]);
  send('0007');
  await until(() => acknowledged().length === before + 2, limitMs, 'the second acknowledgement');
  await until(async () => (await counts(client))?.acknowledged === 2, limitMs, 'both to be counted');
  expect(await counts(client)).toMatchObject({ failed: 0, coalesced: 0, dropped: 0, waiting: 0 });
  const again = await client.call('events.read', { types: ['trap.received'] });
  expect(again.events).toHaveLength(1);
}, 30_000);

test.each([
  ['nobody is named', undefined],
  ['another gateway is the owner', { owners: ['other', 'gateway'] }],
])(
  'where %s, nothing is acknowledged',
  async (_name, acknowledgePet) => {
    const before = acknowledged().length;
    const { client, send } = await start(acknowledgePet);
    send('0009');
    await until(async () => (await recorded(client)) === 1, limitMs, 'the trap');
    // A question to the BMC would have been sent before the answer to this one.
    expect(await client.call('fence.request', { server: 'server1', action: 'status' })).toMatchObject({
      outcome: 'confirmed',
    });
    expect(acknowledged()).toHaveLength(before);
    expect(await counts(client)).toEqual(
      acknowledgePet && { acknowledged: 0, failed: 0, coalesced: 0, dropped: 0, waiting: 0 },
    );
  },
  30_000,
);

test('a BMC that is frozen is counted, and holds up no forced stop', async () => {
  const { client, send } = await start({ owners: ['gateway'] });
  await sims.set('server1', { frozen: true });
  send('000a');
  await until(async () => (await counts(client))?.failed === 1, limitMs, 'the failure');
  send('000b');
  await until(async () => (await counts(client))?.waiting === 1, limitMs, 'one under way');
  await sims.set('server1', { frozen: false });
  const stop = await client.call('fence.request', { server: 'server1', action: 'off' });
  expect(stop).toMatchObject({ outcome: 'confirmed', fenced: true });
  await until(() => acknowledged().includes(0x0b), limitMs, 'its turn after the stop');
}, 30_000);
