import { createMethodTables } from '../bridge/engine/method-tables.ts';
import { type EngineSocket, listenEngineSocket } from '../bridge/engine/server.ts';
import type { Config } from '../config/load.ts';
import { identitiesOf, type Parts } from './parts.ts';
import { recordInTime } from './record.ts';
import { createServices, type ServiceDeps } from './services.ts';

/** Opens all of these sockets in their order, or none of them. */
const openAll = async (wanted: readonly (() => Promise<EngineSocket>)[]): Promise<EngineSocket[]> => {
  const open: EngineSocket[] = [];
  try {
    for (const listen of wanted) open.push(await listen());
    return open;
  } catch (error) {
    await Promise.all(open.map((socket) => socket.close()));
    throw error;
  }
};

/** What works beside the forced stops, as far as the sockets ask for it. */
type Companions = Pick<ServiceDeps, 'keeper' | 'readiness' | 'monitors' | 'traps' | 'mqtt' | 'noc'>;

/** Opens the local sockets that the configuration wants, or none of them. */
export const openSockets = async (parts: Parts, companions: Companions): Promise<EngineSocket[]> => {
  const { clock, log } = parts.deps;
  const { journal, bus, fence, evidence, current, kdump } = parts;
  const events = { ...parts.events, record: recordInTime(clock, parts.events) };
  const config = () => current.config;
  const hardware = () => current.hardware;
  const identities = identitiesOf(current, events);
  const services = createServices({
    ...{ clock, config, hardware, journal, events, evidence, fence, identities, kdump },
    ...companions,
  });
  const language = () => config().alerts.language;
  const offered = parts.local && { ...parts.local, identity: services.identity };
  const methods = createMethodTables({ clock, log, journal, bus, services, language, local: offered });
  const { engine, notify, local } = current.config;
  const sockets = [
    [engine, methods.engine],
    [notify, methods.notify],
    [local, methods.local],
  ] as const;
  const wanted = sockets.flatMap(([section, table]) =>
    section ? [() => listenEngineSocket({ ...fileOf(section), methods: table, clock, log })] : [],
  );
  return openAll(wanted);
};

const fileOf = ({ socket, mode, group }: Pick<Config['engine'], 'socket' | 'mode' | 'group'>) => ({
  path: socket,
  mode,
  ...(group === undefined ? {} : { group }),
});
