import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { Event, FenceReport } from '../../src/events/catalogue.ts';
import { bounded } from './bounded.ts';
import { createSite, type Site } from './daemon.ts';
import { loadDaemon, nothingOwed, type Owed, stateOf } from './daemon-load.ts';
import { type SimBmcs, startSimBmcs } from './sim-bmc-process.ts';

const servers = ['server1', 'server2'] as const;
/** Two clocks of one machine, written down in whole milliseconds. */
const clockSlackMs = 2;

type Of<Type extends Event['type']> = Event & { readonly type: Type };
const ofType = <Type extends Event['type']>(events: readonly Event[], type: Type): Of<Type>[] =>
  events.filter((event): event is Of<Type> => event.type === type);

const readJournal = async (client: EngineClient, start = 0): Promise<Event[]> => {
  const events: Event[] = [];
  for (let after = start; ; ) {
    const page = await client.call('events.read', { after, limit: 1_000 });
    events.push(...(page.events as Event[]));
    if (page.events.length === 0) return events;
    after = page.last;
  }
};

/** Whether the simulator had the power off at any moment between the two. */
const wasOff = (sims: SimBmcs, server: string, fromMs: number, toMs: number): boolean => {
  const changes = sims.powerChanges(server);
  return changes.some(({ atMs, power }, index) => {
    const untilMs = changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return power === 'off' && atMs <= toMs + clockSlackMs && untilMs >= fromMs - clockSlackMs;
  });
};

/** What the journal says of one job, over all restarts. */
interface JobHistory {
  readonly requested: Of<'fence.requested'>;
  readonly finished: readonly FenceReport[];
  readonly lateProofs: readonly Of<'fence.provedLate'>[];
}

const historiesIn = (events: readonly Event[]): JobHistory[] =>
  ofType(events, 'fence.requested').map((requested) => {
    const { job } = requested.data;
    return {
      requested,
      finished: ofType(events, 'fence.finished')
        .filter(({ data }) => data.job === job)
        .map(({ data }) => data),
      lateProofs: ofType(events, 'fence.provedLate').filter(({ data }) => data.job === job),
    };
  });

/** Every moment at which the journal says that the server of this job was read off for it. */
const proofsOfOff = ({ finished, lateProofs }: JobHistory): number[] =>
  [
    ...finished.filter(({ fenced }) => fenced).map(({ proof }) => proof),
    ...lateProofs.map(({ data }) => data.proof),
  ]
    .filter((proof) => proof?.power !== 'on')
    .map((proof) => Date.parse(proof?.at ?? ''));

export interface Kills {
  /** In the middle of forced stops. */
  readonly kills: number;
  /** While it starts. */
  readonly killsAtStart: number;
  /** How long the n-th daemon works before it is killed. */
  readonly workMs: (round: number) => number;
  /** Told of what the run came to, once all of it was looked at. */
  readonly onEnd?: (figures: Readonly<Record<string, number>>) => void;
}

const msPerKill = 4_000;
/** A power-off that was cut off goes on after the restart, until its deadline at the latest. */
const endLimitMs = 15_000;

/** The journal, once every job in it has ended. */
const readToTheEnd = async (client: EngineClient): Promise<Event[]> => {
  for (;;) {
    const events = await readJournal(client);
    if (historiesIn(events).every(({ finished }) => finished.length > 0)) return events;
  }
};

/** Describes a daemon that is killed (SIGKILL) again and again while it works, and what must be true of it then. */
export const describeKills = ({ kills, killsAtStart, workMs, onEnd }: Kills) =>
  describe(`a daemon that is killed ${kills} times in the middle of its work, and ${killsAtStart} times while it starts`, () => {
    let sims: SimBmcs;
    let site: Site;
    const owed: Owed = nothingOwed();
    /** Jobs that a restarted daemon did not know, or of which it told something else than before. */
    const lies: string[] = [];
    let events: Event[];
    let histories: JobHistory[];

    let asked = 0;

    /** Asks the restarted daemon about every job that the one before was asked for. */
    const askAboutJobs = async (): Promise<void> => {
      const client = await site.connect();
      const newer = await readJournal(client, asked);
      asked = newer.at(-1)?.seq ?? asked;
      for (const { data } of ofType(newer, 'fence.requested')) {
        const told = await client.call('fence.get', { job: data.job });
        const answer = owed.answers.find(({ job }) => job === data.job);
        if (answer?.fenced && !told.fenced) lies.push(`${data.job} was fenced, and now is not`);
        if (answer?.outcome === 'refused' && told.outcome !== 'refused') {
          lies.push(`${data.job} was refused, and now is ${told.outcome}`);
        }
        if (told.outcome !== 'confirmed' && !told.reason)
          lies.push(`${data.job} is ${told.outcome}, for no reason`);
      }
      await client.close();
    };

    const killInTheMiddle = async (round: number): Promise<void> => {
      const daemon = await site.start();
      await askAboutJobs();
      const load = loadDaemon(site, owed, `round-${round}`, servers);
      await pause(workMs(round));
      expect(daemon.running()).toBe(true);
      await daemon.kill();
      await load;
    };

    const killAtStart = async (round: number): Promise<void> => {
      const daemon = site.launch();
      await pause(150 + (round % 10) * 40);
      await daemon.kill();
    };

    beforeAll(
      async () => {
        sims = await startSimBmcs(
          servers.map((name) => ({ name, offDelayMs: 90, onDelayMs: 60, slots: 64 })),
        );
        site = createSite({
          servers: Object.fromEntries(servers.map((name) => [name, sims.access(name)])),
          sections: { log: { level: 'info' } },
        });
        for (let round = 0; round < kills; round += 1) {
          await killInTheMiddle(round);
          if (round < killsAtStart) await killAtStart(round);
        }
        const daemon = await site.start();
        const client = await site.connect();
        events = await bounded(readToTheEnd(client), endLimitMs, 'every job to end');
        histories = historiesIn(events);
        await askAboutJobs();
        await client.close();
        await daemon.stop();
      },
      Math.max(120_000, kills * msPerKill),
    );

    afterAll(() =>
      onEnd?.({
        kills,
        'kills at start': killsAtStart,
        jobs: histories.length,
        answered: owed.answers.length,
        fenced: histories.filter((history) => proofsOfOff(history).length > 0).length,
        'proved late': histories.filter(({ lateProofs }) => lateProofs.length > 0).length,
        interrupted: histories.filter(({ finished }) => finished[0]?.reason?.code === 'fence.interrupted')
          .length,
        events: events.length,
        untrue: lies.length + owed.faults.length,
      }),
    );

    test('was busy enough for this to mean something', () => {
      expect(owed.delivered.size).toBeGreaterThan(1_000);
      expect(owed.answers.length).toBeGreaterThan(kills);
    });

    test('every event that was delivered is in the journal as it was delivered', () => {
      const found = new Map(events.map((event) => [event.seq, JSON.stringify(event)]));
      const lost = [...owed.delivered.values()].filter(({ seq, ...event }) => {
        return found.get(seq) !== JSON.stringify({ seq, ...event });
      });
      expect(lost).toEqual([]);
    });

    test('every number was given once', () => {
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    });

    test('a consumer got every event in order, and went on where it had acknowledged', () => {
      expect(owed.faults).toEqual([]);
    });

    test('every report that was answered is in the journal, once and in order', () => {
      for (const [requester, answered] of owed.reports) {
        const recorded = ofType(events, 'cluster.reported').filter(
          ({ data }) => data.requester === requester,
        );
        expect(recorded.map(({ data }) => data.state)).toEqual(
          recorded.map((_event, count) => stateOf(count)),
        );
        expect(recorded.length - answered).toBeGreaterThanOrEqual(0);
        expect(recorded.length - answered).toBeLessThanOrEqual(1);
      }
    });

    test('every job has one outcome, and it is the one that its caller was told', () => {
      expect(histories.filter(({ finished }) => finished.length !== 1)).toEqual([]);
      const outcomes = new Map(histories.map(({ finished }) => [finished[0]?.job, finished[0]]));
      for (const { job, outcome, fenced, proof } of owed.answers) {
        expect(outcomes.get(job)).toMatchObject({ outcome, fenced, ...(proof && { proof }) });
      }
    });

    test('a restarted daemon told of every job, and nothing else than before', () => {
      expect(lies).toEqual([]);
    });

    test('no job was called fenced unless its server was off after the request', () => {
      const proofs = histories.flatMap((history) => {
        const { at, data } = history.requested;
        return proofsOfOff(history).map((atMs) => ({ server: data.server, fromMs: Date.parse(at), atMs }));
      });
      expect(proofs.length).toBeGreaterThan(kills);
      expect(proofs.filter(({ server, fromMs, atMs }) => !wasOff(sims, server, fromMs, atMs))).toEqual([]);
    });

    test('no server went off unless that was on record before', () => {
      const stops = ofType(events, 'fence.requested').filter(({ data }) => /^(off|cycle)$/.test(data.action));
      for (const server of servers) {
        const requestedMs = stops
          .filter(({ data }) => data.server === server)
          .map(({ at }) => Date.parse(at));
        const offs = sims.powerChanges(server).filter(({ power }) => power === 'off');
        for (const [index, { atMs }] of offs.entries()) {
          const before = requestedMs.filter((requestMs) => requestMs <= atMs + clockSlackMs);
          expect(before.length).toBeGreaterThan(index);
        }
      }
    });
  });
