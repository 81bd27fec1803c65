import { z } from 'zod';
import { fenceActions } from '../../core/outcome.ts';
import { eventCatalogue } from '../../events/catalogue.ts';
import { method } from './method.ts';
import { protocolVersion } from './protocol.ts';
import type { EngineServices, FenceSelector } from './services.ts';

/** A deadline shorter than one exchange with a BMC helps nobody; one longer than an hour is a mistake. */
const deadlineMs = z.int().min(100).max(3_600_000);
const server = z.string().min(1).max(253);
/** Who asks, as the journal names them. */
export const caller = z.string().min(1).max(128);

/** So many entries fit into one line of the socket, which ends at 1 MiB. */
const mostLogEntries = 2000;

export const nothing = z.strictObject({});

const hello = z.strictObject({
  client: caller,
  protocol: z.literal(protocolVersion, { error: `this server speaks protocol ${protocolVersion}` }),
});

const fenceOrder = z.strictObject({
  server,
  action: z.enum(fenceActions),
  requester: caller.exactOptional(),
  requesterNode: server.exactOptional(),
  deadlineMs: deadlineMs.exactOptional(),
  quorum: z.boolean().exactOptional(),
});

/** A reason is for whoever reads the journal one day: one line, and not an empty one. */
export const oneLine = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}]*[^\p{Cc}\s][^\p{Cc}]*$/u, 'one line of text, not empty');

const confirmOrder = z.strictObject({
  server,
  reason: oneLine,
  requester: caller.exactOptional(),
  despiteLife: z.boolean().exactOptional(),
});

const fenceSelector = z.union(
  [z.strictObject({ job: z.string().min(1).max(128) }), z.strictObject({ server })],
  { error: 'give either job or server' },
);

/** What every socket begins with. */
export const helloMethod = (services: Pick<EngineServices, 'identity'>) =>
  method(hello, (params, { peer }) => {
    peer.introduce(params.client);
    const { version, cluster, node } = services.identity();
    return { server: 'noroshi', version, protocol: protocolVersion, cluster, node };
  });

/** The methods that ask the daemon something or have it act; who asks is told by `hello` unless said per call. */
export const createServiceMethods = (services: EngineServices) => ({
  hello: helloMethod(services),
  'server.list': method(nothing, () => services.servers()),
  'server.get': method(z.strictObject({ server }), (params) => services.server(params.server)),
  'server.confirm': method(confirmOrder, ({ requester, despiteLife, ...order }, { peer }) =>
    services.confirmOff({
      ...order,
      requester: requester ?? peer.client(),
      despiteLife: despiteLife ?? false,
    }),
  ),
  'fence.request': method(fenceOrder, (params, { peer }) =>
    services.requestFence({ ...params, requester: params.requester ?? peer.client() }),
  ),
  'fence.get': method(fenceSelector, async (params) => {
    const report = await services.fence(params satisfies FenceSelector);
    return { ...report, joined: false };
  }),
  'identify.set': method(
    z.strictObject({ server, lit: z.boolean(), requester: caller.exactOptional() }),
    (params, { peer }) => services.setIdentify({ ...params, requester: params.requester ?? peer.client() }),
  ),
  'maintenance.set': method(
    z.strictObject({
      server,
      until: z.iso.datetime({ offset: true }).nullable(),
      requester: caller.exactOptional(),
    }),
    (params, { peer }) =>
      services.setMaintenance({ ...params, requester: params.requester ?? peer.client() }),
  ),
  'bmc.pin': method(z.strictObject({ server }), (params) => services.pinIdentity(params.server)),
  'bmc.unpin': method(z.strictObject({ server, requester: caller.exactOptional() }), (params, { peer }) =>
    services.unpinIdentity(params.server, params.requester ?? peer.client()),
  ),
  'bmc.sensors': method(z.strictObject({ server }), (params) => services.readSensors(params.server)),
  'bmc.sel': method(
    z.strictObject({ server, last: z.int().min(1).max(mostLogEntries).exactOptional() }),
    (params) => services.readEventLog({ last: mostLogEntries, ...params }),
  ),
  'doctor.run': method(z.strictObject({ server: server.exactOptional() }), (params) =>
    services.examine(params.server),
  ),
  'noc.test': method(z.strictObject({ sink: caller.exactOptional() }), async (params) => ({
    results: await services.testNoc(params.sink),
  })),
  'cluster.report': method(
    z.strictObject({ node: server, state: eventCatalogue['cluster.reported'].data.shape.state }),
    async (params, { peer }) => {
      await services.reportNode({ ...params, requester: peer.client() });
      return {};
    },
  ),
  health: method(nothing, async (_params, { counters }) => ({
    ...(await services.health()),
    socket: counters,
  })),
});
