import { monitorsFor } from '../../../src/app/monitors.ts';
import { startDelivery } from '../../../src/bridge/engine/delivery.ts';
import { createNocSink } from '../../../src/bridge/noc/noc-sink.ts';
import type { Notice } from '../../../src/bridge/noc/notice.ts';
import { startSpool } from '../../../src/bridge/spool/spool.ts';
import { monitorsSection } from '../../../src/config/monitors-section.ts';
import { sleep } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createEngineWindow } from '../../../src/snmp-trap/engine-window.ts';
import { createIntake } from '../../../src/snmp-trap/intake.ts';
import { createTrapDesk } from '../../../src/snmp-trap/judge/desk.ts';
import { createTrapJudge, type JudgeCounts } from '../../../src/snmp-trap/judge/judge.ts';
import { createOwnEngine } from '../../../src/snmp-trap/own-engine.ts';
import { createRuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { createV3Gate } from '../../../src/snmp-trap/v3-gate.ts';
import { builtInTraps } from '../../unit/snmp-trap/sample-traps.ts';
import { settings } from '../../unit/snmp-trap/traps.ts';
import { createFakePeer } from '../fake-peer.ts';
import { createMemoryJournal } from '../memory-journal.ts';
import { community, type Saying } from './senders.ts';

/** The product's own rates, not the low ones of other tests. */
const judgeSettings = {
  ...settings,
  storm: { ...settings.storm, overallPerSecond: 500, overallRearmPerSecond: 200 },
};

/** A NOC that takes what it is sent, slowly, or nothing while it is away. */
const createNoc = () => {
  const heard: Notice[] = [];
  const noc = { heard, away: false };
  return noc;
};

/** Everything between the datagram of a trap and those who are told, on the virtual clock. */
export const createStormGateway = async (servers: ReadonlyMap<string, string>) => {
  const clock = createVirtualClock();
  const log = silentLogger;
  const journal = createMemoryJournal(clock);
  const bus = createBus(log);
  const events = createEventLog({ journal, bus, log, clock });
  await events.start();

  const config = { monitors: monitorsSection.parse({}) };
  const monitors = await monitorsFor({ deps: { clock, log }, journal, events, bus, current: { config } });

  const { byModel } = await builtInTraps();
  const book = createRuleBook([...byModel.values()]);
  const namesOf = (source: string) => {
    const server = servers.get(source);
    return server === undefined ? {} : { server };
  };
  const judge = createTrapJudge({ clock, rules: () => book, settings: judgeSettings, namesOf, open: {} });
  /** What the judge had counted when each event came out of it. */
  const told: { readonly event: NewEvent; readonly counts: JudgeCounts }[] = [];
  const record = (event: NewEvent) => {
    told.push({ event, counts: judge.counts() });
    return events.record(event);
  };
  const desk = createTrapDesk({ clock, judge, record });
  const own = createOwnEngine(clock, Buffer.from('80007ed905000102030405060708090a0b', 'hex'), 1);
  const intake = createIntake({
    clock,
    v3: createV3Gate({ clock, own, window: createEngineWindow(clock, []) }),
    deliver: desk.deliver,
    remember: async () => {},
    refused: (news) => void events.record({ type: 'trap.refused', source: 'snmp-trap', data: { ...news } }),
  });
  intake.admit({
    relays: new Set(),
    sources: new Set(servers.keys()),
    communities: [new Secret(community)],
    users: [],
  });

  const noc = createNoc();
  const nocSink = createNocSink(
    {
      name: 'noc',
      filter: { events: ['monitor.*', 'trap.*', 'sink.*'], severity: 'info' },
      sender: {
        ...{ window: 10, proof: 'answered' },
        async send(notices) {
          if (noc.away) return { taken: 0, failure: 'nobody answers' };
          await sleep(clock, 20);
          noc.heard.push(...notices);
          return { taken: notices.length };
        },
        close: async () => {},
      },
    },
    { clock, journal, speaker: () => ({ gateway: 'gateway', cluster: 'test', language: 'en' }) },
  );
  const spool = startSpool(nocSink.sink, {
    ...{ clock, log, journal, bus, since: 0 },
    note: (event) => void events.record(event),
    failingSince: (name) => events.view().failingSinks?.[name],
  });

  const engine = createFakePeer();
  startDelivery({ clock, log, journal, bus, peer: engine.peer, language: () => 'en' }, { after: 0 });
  await clock.advance(0);

  let answers = 0;
  return {
    clock,
    journal,
    events,
    monitors,
    judge,
    told,
    intake,
    noc,
    spool,
    engine,
    /** Answers that informs were given. */
    answers: () => answers,
    send(source: string, { datagram }: Saying) {
      intake.receive(datagram, { address: source, port: 40_000 }, () => {
        answers += 1;
      });
    },
    async stop() {
      await intake.idle();
      await desk.stop();
      for (let heard = -1; heard < engine.received.length; ) {
        heard = engine.received.length;
        engine.read();
        await clock.advance(1_000);
      }
      await monitors.stop();
      await spool.stop();
    },
  };
};
export type StormGateway = Awaited<ReturnType<typeof createStormGateway>>;
