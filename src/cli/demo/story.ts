import type { ServerRow } from '../../bridge/engine/services.ts';
import { type Clock, isoNow, sleep } from '../../core/clock.ts';
import { errorCatalogue } from '../../core/errors.ts';
import type { Event } from '../../events/catalogue.ts';
import { createToyCluster, type ToyEngine, type ToyPeer } from './engine.ts';
import type { Narrator } from './narrator.ts';
import { type Fact, rightPassword, type Stage } from './stage.ts';

export interface StoryDeps {
  readonly clock: Clock;
  readonly stage: Stage;
  readonly narrator: Narrator;
}

interface Scene extends StoryDeps {
  readonly engine: ToyEngine;
  readonly peer: ToyPeer;
  /** Events of the daemon's journal, as its socket delivers them. */
  readonly events: Event[];
}

const victim = 'server2';
const beatMs = 200;
const eventLimitMs = 2_000;
const lookAgainMs = 20;
const deadlineMs = 10_000;

const factsOf = (stage: Stage, event: string): Fact[] =>
  stage.facts.filter((fact) => fact.name === victim && fact.event === event);

const powerNow = (stage: Stage): unknown => factsOf(stage, 'power').at(-1)?.value ?? 'on';

/** What happens in another process reaches this one a little later. */
const eventually = async <Value>(clock: Clock, look: () => Value | undefined): Promise<Value | undefined> => {
  const untilMs = clock.nowMs() + eventLimitMs;
  for (;;) {
    const found = look();
    if (found !== undefined || clock.nowMs() > untilMs) return found;
    await sleep(clock, lookAgainMs);
  }
};

const finishedEvent = ({ clock, events }: Scene, job: string) =>
  eventually(clock, () => events.find((event) => event.type === 'fence.finished' && event.data.job === job));

/** What the gateway says of the victim as soon as it has looked. */
const untilReady = async ({ client }: Stage, clock: Clock): Promise<ServerRow> => {
  const untilMs = clock.nowMs() + eventLimitMs;
  for (;;) {
    const row = await client.call('server.get', { server: victim });
    if (row.ready !== 'unknown' || clock.nowMs() > untilMs) return row;
    await sleep(clock, lookAgainMs);
  }
};

const before = async ({ narrator, stage, clock }: Scene): Promise<void> => {
  await narrator.chapter('Two servers, each with a BMC; the gateway runs on server1');
  narrator.say(
    'Simulated hardware in one process, the real daemon in another, its real local socket between us.',
  );
  const row = await untilReady(stage, clock);
  narrator.claim(
    `a forced stop of ${victim} would work tonight: it is rehearsed in the background`,
    row.ready === 'yes',
    `last proved at ${row.readiness.provedAt ?? 'no time'}, because ${row.readiness.because}`,
  );
  const report = await stage.client.call('fence.request', { server: victim, action: 'status', deadlineMs });
  const proof = report.proof ? `power ${report.proof.power}, read by ${report.proof.by}` : report.outcome;
  narrator.claim(`the BMC of ${victim} answers and tells its power`, report.proof?.power === 'on', proof);
};

const hangAndFence = async (scene: Scene): Promise<void> => {
  const { narrator, stage, engine, peer, clock } = scene;
  await narrator.chapter(
    `${victim} hangs: no heartbeats, but its power is on and its disks may still be written`,
  );
  peer.hang();
  const silentMs = await engine.untilPeerLost();
  narrator.say(
    `The engine has heard nothing for ${silentMs} ms. It must not start the application yet, so it asks:`,
  );
  narrator.say(`fence.request {server: "${victim}", action: "off"}`);
  const askedAt = isoNow(clock);
  const report = await stage.client.call('fence.request', { server: victim, action: 'off', deadlineMs });
  for (const { atMs, step, result } of report.steps)
    narrator.say(`${atMs.toFixed(1).padStart(9)} ms  ${step}: ${result}`);
  const proof = report.proof ? `power ${report.proof.power}, read at ${report.proof.at}` : 'no proof';
  narrator.claim(
    `${victim} is off, and the answer carries the proof`,
    report.outcome === 'confirmed' && report.fenced,
    proof,
  );

  const startedAt = engine.takeOver(report);
  const cut = await eventually(clock, () =>
    factsOf(stage, 'power').find(({ value, at }) => value === 'off' && at !== undefined && at >= askedAt),
  );
  const order = cut?.at !== undefined && startedAt !== undefined && cut.at <= startedAt;
  narrator.claim(
    'the hardware itself went off before the application started on server1',
    order,
    `off at ${cut?.at ?? 'never'}, started at ${startedAt ?? 'never'}`,
  );
  const told = await finishedEvent(scene, report.job);
  narrator.claim(
    'the answer is in the journal, and the engine was told by event too',
    told !== undefined && report.journalled,
    told ? `event ${told.seq}` : 'no event',
  );
};

const comeBack = async ({ narrator, stage, peer }: Scene): Promise<void> => {
  await narrator.chapter(`${victim} is repaired and switched on again`);
  const report = await stage.client.call('fence.request', { server: victim, action: 'on', deadlineMs });
  peer.recover();
  narrator.claim(
    `${victim} is on again`,
    report.outcome === 'confirmed',
    `power ${report.proof?.power ?? 'not read'}`,
  );
};

const refused = async (scene: Scene): Promise<void> => {
  const { narrator, stage, engine, peer } = scene;
  await narrator.chapter(
    'Later, somebody put a wrong password into the password file, and the server hangs again',
  );
  await stage.setPassword('not-the-password');
  const warned = await eventually(scene.clock, () =>
    scene.events.find((event) => event.type === 'server.readinessChanged' && !event.data.ready),
  );
  narrator.claim(
    'it is shown at once, while the server still runs',
    warned !== undefined,
    warned ? `event ${warned.seq}, severity ${warned.severity}` : 'no event',
  );
  peer.hang();
  await engine.untilPeerLost();
  const switchedBefore = factsOf(stage, 'power').length;
  const report = await stage.client.call('fence.request', { server: victim, action: 'off', deadlineMs });
  const code = report.reason?.code;
  narrator.claim(
    'the forced stop is refused, never called done',
    report.outcome === 'refused' && !report.fenced,
    `outcome ${report.outcome}, ${code ?? 'no code'}`,
  );
  narrator.claim(
    'the engine did not fail over on it',
    engine.takeOver(report) === undefined,
    'it waits for fenced: true',
  );
  narrator.claim(
    'nothing happened to the hardware',
    factsOf(stage, 'power').length === switchedBefore && powerNow(stage) === 'on',
    `${victim} is still ${String(powerNow(stage))}`,
  );
  const told = await finishedEvent(scene, report.job);
  narrator.claim(
    'the operator is woken',
    told?.severity === 'critical',
    told ? `event ${told.seq}, severity ${told.severity}` : 'no event',
  );
  if (report.reason) {
    narrator.say('What the operator reads:');
    narrator.say(`  ${report.reason.code}: ${report.reason.message}`);
    narrator.say(`  ${errorCatalogue[report.reason.code].remedy}`);
  }
  await stage.setPassword(rightPassword);
};

const mended = async ({ narrator, stage }: Scene): Promise<void> => {
  await narrator.chapter('The password is mended, the configuration reloaded, and the engine asks again');
  const report = await stage.client.call('fence.request', { server: victim, action: 'off', deadlineMs });
  narrator.claim(
    'now the stop is proved',
    report.outcome === 'confirmed' && report.fenced,
    `outcome ${report.outcome}, fenced: ${report.fenced}`,
  );
};

/** Plays the whole story; what it claims stands with the narrator. */
export const playStory = async (deps: StoryDeps): Promise<void> => {
  const { client } = deps.stage;
  const cluster = createToyCluster(deps.clock, beatMs);
  const events: Event[] = [];
  const silence = client.onNotification(({ method, params }) => {
    if (method === 'event') events.push(params as Event);
  });
  const scene: Scene = { ...deps, ...cluster, events };
  try {
    await client.call('events.subscribe', { consumer: 'demo-engine' });
    await before(scene);
    await hangAndFence(scene);
    await comeBack(scene);
    await refused(scene);
    await mended(scene);
  } finally {
    cluster.peer.stop();
    silence();
  }
};
