import { isDeepStrictEqual } from 'node:util';
import { createAddressBook } from '../bridge/noc/address-book.ts';
import { defaultEvents } from '../bridge/noc/filter.ts';
import { createNocSink, type NocSink, type TestResult } from '../bridge/noc/noc-sink.ts';
import type { SenderEngine } from '../bridge/noc/snmp/target.ts';
import type { SinkStatus } from '../bridge/spool/sink.ts';
import { type Spool, startSpool } from '../bridge/spool/spool.ts';
import type { NocConfig, SinkConfig } from '../config/noc-section.ts';
import { CodedError, messageOf } from '../core/errors.ts';
import type { Event } from '../events/catalogue.ts';
import { lookupName } from '../io/resolve.ts';
import { senderFor } from './noc-senders.ts';
import type { Parts } from './parts.ts';
import { note } from './record.ts';
import { watchCondition } from './unrecorded.ts';

/** What `health` says of the NOC. */
export interface NocHealth {
  readonly sinks: Readonly<Record<string, SinkStatus & { readonly type: string }>>;
  /** The engine id of v3 traps, which receivers must be told (hex); missing where nobody is sent any. */
  readonly engineId?: string;
}

/** The bridge to the NOC in the daemon. */
export interface Noc {
  /** Puts the present configuration in force; a sink that is the same goes on. Never rejects. */
  refresh(): Promise<void>;
  /** Undefined where the configuration has no `noc`. */
  health(): NocHealth | undefined;
  /** Sends a test message to one sink or to all; throws `noc.sink` where there is none of that name. */
  test(sink?: string): Promise<readonly TestResult[]>;
  stop(): Promise<void>;
}

interface Running {
  readonly config: SinkConfig;
  readonly baseOid: string;
  readonly sink: NocSink;
  readonly spool: Spool;
}

/** Secrets show themselves to nobody, so they are compared by their own means. */
const isSame = (a: SinkConfig, b: SinkConfig): boolean => {
  const names = new Set([...Object.keys(a.secrets), ...Object.keys(b.secrets)]);
  const sameSecrets = [...names].every((name) => a.secrets[name]?.equals(b.secrets[name]));
  return (
    sameSecrets &&
    isDeepStrictEqual(a.section, b.section) &&
    isDeepStrictEqual(a.certificates, b.certificates)
  );
};

const failingSince = ({ events }: Parts, sink: string): string | undefined => {
  const { failingSinks = {} } = events.view();
  return Object.hasOwn(failingSinks, sink) ? failingSinks[sink] : undefined;
};

/** Tells the NOC where the configuration says so, and follows its reloads. */
export const startNoc = (parts: Parts): Noc => {
  const { deps, current, journal, bus, events } = parts;
  const { clock, log } = deps;
  const addressOf = createAddressBook({ clock, lookup: lookupName });
  const running = new Map<string, Running>();
  let engine: SenderEngine | undefined;

  const speaker = () => {
    const { cluster, self, alerts } = current.config;
    return { gateway: self.node, cluster, language: alerts.language };
  };
  const start = (
    name: string,
    config: SinkConfig,
    { baseOid }: NocConfig,
    { own, since }: { readonly own: SenderEngine; readonly since: number },
  ): void => {
    const { events: globs = defaultEvents, severity, servers } = config.section;
    const filter = { events: globs, severity, ...(servers && { servers }) };
    const sender = senderFor(config, { clock, addressOf, engine: own, baseOid });
    const sink = createNocSink({ name, filter, sender }, { clock, journal, speaker });
    const spool = startSpool(sink.sink, {
      ...{ clock, log, journal, bus, since },
      note: (event) => void note(events, event),
      failingSince: (one) => failingSince(parts, one),
    });
    running.set(name, { config, baseOid, sink, spool });
    log.info({ sink: name, type: config.section.type }, 'events go to a sink');
  };

  const apply = async (since: number): Promise<void> => {
    const { noc } = current.config;
    const wanted = Object.entries(noc?.sinks ?? {});
    const stays = ([name, { config, baseOid }]: [string, Running]): boolean => {
      const next = noc?.sinks[name];
      return next !== undefined && noc?.baseOid === baseOid && isSame(config, next);
    };
    const leaving = [...running].filter((one) => !stays(one));
    for (const [name] of leaving) running.delete(name);
    await Promise.all(leaving.map(([, { spool }]) => spool.stop()));
    if (!noc || wanted.length === 0) return;
    engine ??= (await parts.engine()).own;
    for (const [name, config] of wanted)
      if (!running.has(name)) start(name, config, noc, { own: engine, since });
  };
  let turn: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    const since = events.view().seq;
    turn = turn
      .then(() => apply(since))
      .catch((error: unknown) => log.error({ error: messageOf(error) }, 'the NOC cannot be told'));
    return turn;
  };
  void refresh();

  const tellNow = (event: Event): void => {
    for (const [name, { sink }] of running)
      void sink.tell(event).then((failure) => {
        if (failure !== undefined)
          log.warn({ sink: name, event: event.type, failure }, 'what is not on record could not be told');
      });
  };
  parts.onUnrecorded.add(tellNow);
  const stopWatching = watchCondition({ clock, journal }, tellNow);

  return {
    refresh,
    health() {
      if (!current.config.noc) return undefined;
      const sinks = [...running].map(([name, { config, spool }]) => [
        name,
        { type: config.section.type, ...spool.status() },
      ]);
      return { sinks: Object.fromEntries(sinks), ...(engine && { engineId: engine.id.toString('hex') }) };
    },
    async test(name) {
      const chosen = [...running].filter(([one]) => name === undefined || one === name);
      if (chosen.length > 0) return Promise.all(chosen.map(([, { sink }]) => sink.test()));
      throw new CodedError('noc.sink', name === undefined ? undefined : `there is no sink ${name}`);
    },
    async stop() {
      stopWatching();
      parts.onUnrecorded.delete(tellNow);
      await turn;
      await Promise.all([...running.values()].map(({ spool }) => spool.stop()));
      running.clear();
    },
  };
};
