import type { PetAcknowledgerCounts } from '../bmc/pet-acknowledger.ts';
import type { Config } from '../config/load.ts';
import type { TrapsConfig, TrapUserConfig } from '../config/traps-section.ts';
import { type Clock, within } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { NewEvent } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';
import type { ListenAt } from '../io/udp-listener.ts';
import type { GatewayEngine } from '../snmp-trap/gateway-engine.ts';
import { createTrapDesk, type TrapDesk } from '../snmp-trap/judge/desk.ts';
import { createTrapJudge, type JudgeCounts } from '../snmp-trap/judge/judge.ts';
import type { SenderNames } from '../snmp-trap/judge/notice.ts';
import type { ReceiverDeps, ReceiverSettings, TrapCounters, TrapReceiver } from '../snmp-trap/receiver.ts';
import type { RefusalNews } from '../snmp-trap/refusal-herald.ts';
import { createRuleBook, type RuleBook } from '../snmp-trap/rules/rule-book.ts';
import type { TrapUser } from '../snmp-trap/users.ts';
import type { Hardware } from './hardware.ts';
import { startPetAcknowledgements } from './pet-acknowledgements.ts';

export interface TrapsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: () => Config;
  readonly events: Pick<EventLog, 'record' | 'view'>;
  /** The SNMP engine of the gateway, which counts its start when it is asked for first. */
  readonly engine: () => Promise<GatewayEngine>;
  readonly hardware: () => Hardware;
}

/** What `health` says of traps. */
export interface TrapsHealth extends TrapCounters {
  readonly judged?: JudgeCounts;
  /** Acknowledgements of Platform Event Traps; missing where the configuration wants none. */
  readonly acknowledgements?: PetAcknowledgerCounts;
}

/** The receiver of traps in the daemon. */
export interface Traps {
  /** Puts the present configuration in force. Never rejects. */
  refresh(): Promise<void>;
  /** Undefined where the configuration has no `traps`, and had none so far. */
  counters(): Promise<TrapsHealth | undefined>;
  /** Keeps what is sent to a BMC out of the way of a forced stop while `work` runs. */
  whileFencing<Value>(server: string, work: () => Promise<Value>): Promise<Value>;
  /** Closes the ports, and waits for what was taken, 3 s at most. */
  stop(): Promise<void>;
}

const userOf = ({ name, authProtocol, auth, privProtocol, priv, engineIds }: TrapUserConfig): TrapUser => ({
  name,
  auth: { protocol: authProtocol, passphrase: auth },
  ...(priv && { privacy: { protocol: privProtocol, passphrase: priv } }),
  engineIds,
});

/** `::` would take IPv4 from a socket of its own on the same port. */
const leavesIpv4 = ({ listen }: TrapsConfig, port: number): boolean =>
  listen.some((other) => !other.address.includes(':') && other.port === port && port !== 0);

const placesOf = (traps: TrapsConfig): ListenAt[] =>
  traps.listen.map(({ address, port }) => ({
    address,
    port,
    receiveBufferBytes: traps.receiveBufferKiB * 1024,
    ipv6Only: address.includes(':') && leavesIpv4(traps, port),
  }));

/** As long as a stop waits for traps to be recorded: a disk that hangs keeps no daemon from ending. */
const stopLimitMs = 3_000;

const nobody: ReceiverSettings = {
  listen: [],
  sources: new Set(),
  relays: new Set(),
  communities: [],
  users: [],
};

const settingsOf = (traps: TrapsConfig | undefined): ReceiverSettings =>
  traps
    ? {
        listen: placesOf(traps),
        sources: new Set(traps.sources.keys()),
        relays: traps.relays,
        communities: traps.communities,
        users: traps.users.map(userOf),
      }
    : nobody;

/** A desk, and the counts of its judge. */
interface Desk extends TrapDesk {
  counts(): JudgeCounts;
}

/** The rules of the present configuration, made ready once for each. */
const rulesFrom = (config: () => Config): (() => RuleBook) => {
  const none: TrapsConfig['definitions'] = [];
  const definitionsNow = () => config().traps?.definitions ?? none;
  let made = { definitions: none, book: createRuleBook(none) };
  return () => {
    const definitions = definitionsNow();
    if (made.definitions !== definitions) made = { definitions, book: createRuleBook(definitions) };
    return made.book;
  };
};

const namesIn =
  (config: () => Config) =>
  (source: string): SenderNames => {
    const { traps, servers } = config();
    const name = traps?.sources.get(source);
    if (name === undefined) return {};
    return Object.hasOwn(servers, name) ? { server: name } : { device: name };
  };

const deskFor = ({ clock, config, events }: TrapsDeps, settings: TrapsConfig): Desk => {
  const judge = createTrapJudge({
    clock,
    rules: rulesFrom(config),
    settings,
    namesOf: namesIn(config),
    open: events.view().openTraps.toJSON(),
  });
  return { ...createTrapDesk({ clock, judge, record: events.record }), counts: judge.counts };
};

const refusedEvent = (data: RefusalNews): NewEvent => ({
  type: 'trap.refused',
  source: 'snmp-trap',
  data: { ...data },
});

/** The SNMP library takes 5 MB and 50 ms: whoever receives no traps does not pay for it. */
const openReceiver = async (deps: ReceiverDeps): Promise<TrapReceiver> => {
  const { createTrapReceiver } = await import('../snmp-trap/receiver.ts');
  return createTrapReceiver(deps);
};

/** Starts to receive traps, where the configuration says so; a port that cannot be had is logged and tried again. */
export const startTraps = async (deps: TrapsDeps): Promise<Traps> => {
  const { clock, log, config, events, engine } = deps;
  const { record } = events;
  let receiver: TrapReceiver | undefined;
  let desk: Desk | undefined;
  const acknowledgements = startPetAcknowledgements(deps);

  const refused = (news: RefusalNews): void => void record(refusedEvent(news)).catch(() => undefined);

  const apply = async (): Promise<void> => {
    const { traps } = config();
    if (!traps && !receiver) return;
    if (traps) desk ??= deskFor(deps, traps);
    const deliver: TrapDesk['deliver'] = (notification) => {
      const acknowledge = config().traps?.acknowledgePet && acknowledgements.dueFor(notification);
      // A BMC that was answered does not send again what a storm still holds in memory.
      return acknowledge ? desk?.deliver(notification, true)?.then(acknowledge) : desk?.deliver(notification);
    };
    receiver ??= await openReceiver({ clock, log, engine: await engine(), deliver, refused });
    await receiver.apply(settingsOf(traps));
  };

  let turn: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    turn = turn
      .then(apply)
      .catch((error: unknown) => log.error({ error: messageOf(error) }, 'traps cannot be received'));
    return turn;
  };
  await refresh();
  return {
    refresh,
    async counters() {
      const received = await receiver?.counters();
      return (
        received && {
          ...received,
          ...(desk && { judged: desk.counts() }),
          ...(config().traps?.acknowledgePet && { acknowledgements: acknowledgements.counts() }),
        }
      );
    },
    whileFencing: acknowledgements.whileFencing,
    async stop() {
      await turn;
      // First, so that informs that wait in a storm are acknowledged while there is a socket to do it.
      if (desk) await within(clock, stopLimitMs, desk.stop());
      await acknowledgements.stop();
      if (receiver) await within(clock, stopLimitMs, receiver.close());
    },
  };
};
