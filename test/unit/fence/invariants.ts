import type { FakeBmc, FakeCall } from '../../support/fake-bmc.ts';
import { type Asked, type FenceBench, server1, server2 } from './bench.ts';

/** What must hold of every run, whatever was asked and whatever failed; each rule answers its breaches. */

type Rule = (bench: FenceBench, lying: ReadonlySet<string>) => string[];

const earliestMs = 250;
const endings: ReadonlySet<string> = new Set(['proved', 'refused', 'unproved']);

const nameOf = (asked: Asked): string =>
  `${asked.action} of ${asked.server} at ${asked.atMs} (${asked.answer?.job}, answered ${asked.answeredMs})`;

const breaches = (asked: readonly Asked[], why: (one: Asked) => string | false | undefined): string[] =>
  asked.flatMap((one) => {
    const breach = why(one);
    return breach ? [`${nameOf(one)}: ${breach}`] : [];
  });

const bmcs = (bench: FenceBench): FakeBmc[] => [bench.bmc(server1), bench.bmc(server2)];
const callersOf = (bench: FenceBench, job: string): Asked[] =>
  bench.asked.filter(({ answer }) => answer?.job === job);

/** Every chassis control that left, with those who asked for its job. */
const controlsOf = (bench: FenceBench): { control: FakeCall; callers: Asked[] }[] =>
  bmcs(bench).flatMap((bmc) =>
    bmc.controls().map((control) => ({ control, callers: callersOf(bench, control.owner.name) })),
  );

const executedBy = (bench: FenceBench, job: string): FakeCall[] =>
  controlsOf(bench).flatMap(({ control }) =>
    control.owner.name === job && control.executed ? [control] : [],
  );

/** The later half of a cycle has a limit of its own, but only where off was proved in time. */
const isRestart = (bench: FenceBench, control: FakeCall, callers: Asked[]): boolean =>
  control.call === 'on' &&
  callers[0]?.action === 'cycle' &&
  bench.offered.some(
    (event) => event.type === 'fence.finished' && event.data.job === control.owner.name && event.data.fenced,
  );

/** It was told what an identical attempt came to, the deadline of which was over no longer than a second ago. */
const wasPassedOn = (bench: FenceBench, { answer, atMs, order }: Asked): boolean =>
  answer?.joined === true &&
  callersOf(bench, answer.job)
    .filter((one) => one.order < order)
    .map((one) => atMs - (one.atMs + one.deadlineMs))
    .some((sinceMs) => sinceMs >= -earliestMs && sinceMs < 1000);

const everyoneIsAnsweredInTime: Rule = (bench) =>
  breaches(bench.asked, (one) => {
    const { answer, answeredMs, atMs, deadlineMs, error } = one;
    if (error) return `threw ${String(error)}`;
    if (!answer || answeredMs === undefined) return 'was never answered';
    const waitedMs = answeredMs - atMs;
    if (waitedMs > deadlineMs) return 'was answered after its deadline';
    const decided = endings.has(answer.steps.at(-1)?.step ?? '');
    if (waitedMs >= deadlineMs - earliestMs || decided || wasPassedOn(bench, one)) return undefined;
    return 'was answered early, with nothing decided';
  });

/** Off was real, and read after the request. */
const fencedIsTrue: Rule = (bench) =>
  breaches(bench.asked, ({ server, answer, atMs }) => {
    if (!answer?.fenced) return undefined;
    if (!answer.proof) return 'fenced without a proof';
    const proofMs = Date.parse(answer.proof.at) - (bench.clock.wallMs() - bench.clock.nowMs());
    if (proofMs < Math.floor(atMs)) return 'the proof is older than the request';
    return !bench.bmc(server).machine.wasOff(atMs, proofMs + 1) && 'fenced, but the server was never off';
  });

/** What proves an answer was asked of the BMC after the one who is answered asked. */
const proofIsFresh: Rule = (bench) =>
  breaches(bench.asked, ({ server, answer, order, answeredMs }) => {
    if (!answer?.proof) return undefined;
    const fresh = bench
      .bmc(server)
      .calls.some(
        (call) =>
          call.call === 'read' &&
          call.owner.name === answer.job &&
          call.order > order &&
          call.atMs <= (answeredMs ?? 0),
      );
    return !fresh && 'the proof answers a question that was older than the request';
  });

/** Whoever was told "fenced" finds the server off until somebody asks for a power-on. */
const fencedLasts: Rule = (bench, lying) =>
  breaches(bench.asked, ({ server, action, answer, order, cameOnThen }) => {
    if (!answer?.fenced || action === 'cycle' || lying.has(server)) return undefined;
    const wanted = bench.asked.some(
      (other) =>
        other.server === server &&
        other.order > order &&
        (other.action === 'on' || other.action === 'cycle') &&
        other.answer?.outcome !== 'refused',
    );
    const cameOn = bench.bmc(server).machine.cameOnMs[cameOnThen];
    return !wanted && cameOn !== undefined && `fenced, but the server came on at ${cameOn}`;
  });

const refusedMeansNothingDone: Rule = (bench) =>
  breaches(bench.asked, ({ answer }) => {
    if (answer?.outcome !== 'refused') return undefined;
    const done = executedBy(bench, answer.job);
    return done.length > 0 && `refused (${answer.reason?.code}), but ${done[0]?.call} was done`;
  });

const refusedRestartMeansNoOn: Rule = (bench) =>
  bench.offered.flatMap((event) => {
    if (event.type !== 'fence.restarted' || event.data.restart.outcome !== 'refused') return [];
    const on = executedBy(bench, event.data.job).some(({ call }) => call === 'on');
    return on ? [`the restart of ${event.data.job} was refused, but on was done`] : [];
  });

const nothingIsSentLate: Rule = (bench) =>
  controlsOf(bench).flatMap(({ control, callers }) => {
    const lastMs = Math.max(...callers.map(({ atMs, deadlineMs }) => atMs + deadlineMs));
    const late = control.atMs > lastMs && !isRestart(bench, control, callers);
    return late ? [`${control.call} of ${control.owner.name} left at ${control.atMs}, after ${lastMs}`] : [];
  });

const onlyOffIsSentTwice: Rule = (bench) => {
  const seen = new Set<string>();
  return controlsOf(bench).flatMap(({ control }) => {
    const key = `${control.call} of ${control.owner.name}`;
    const again = control.call !== 'off' && seen.has(key);
    seen.add(key);
    return again ? [`${key} was sent twice`] : [];
  });
};

/** After a power-off was asked for, nothing that was asked for before it is sent any more, but power-offs. */
const offGoesFirst: Rule = (bench) =>
  controlsOf(bench).flatMap(({ control, callers }) => {
    if (control.call === 'off') return [];
    const began = Math.min(...callers.map(({ order }) => order));
    const off = bench.asked.find(
      ({ server, action, order }) =>
        action === 'off' && server === callers[0]?.server && order > began && order < control.order,
    );
    return off ? [`${control.call} of ${control.owner.name} left after ${nameOf(off)}`] : [];
  });

const writesFirst: Rule = (bench) =>
  controlsOf(bench).flatMap(({ control, callers }) => {
    const written =
      (bench.requestedOrder.get(control.owner.name) ?? Number.POSITIVE_INFINITY) < control.order;
    const allowed = control.call !== 'on' && callers.every(({ answer }) => answer?.journalled === false);
    return written || allowed
      ? []
      : [`${control.call} of ${control.owner.name} left before it was on record`];
  });

const journalledFencedIsOnDisk: Rule = (bench) => {
  const events = bench.journal.events();
  return breaches(bench.asked, ({ answer, action, eventsThen }) => {
    if (!answer?.fenced || !answer.journalled || action === 'status') return undefined;
    const told = events
      .slice(0, eventsThen)
      .some(
        (event) =>
          (event.type === 'fence.finished' && event.data.job === answer.job && event.data.fenced) ||
          (event.type === 'fence.provedLate' && event.data.job === answer.job),
      );
    return !told && 'fenced and journalled, but the disk does not say so';
  });
};

const lateProofsAreTrue: Rule = (bench) =>
  bench.offered.flatMap((event) => {
    if (event.type !== 'fence.provedLate') return [];
    const { server, job, proof } = event.data;
    const beganMs = Math.min(...callersOf(bench, job).map(({ atMs }) => atMs));
    const proofMs = Date.parse(proof.at) - (bench.clock.wallMs() - bench.clock.nowMs());
    const { machine } = bench.bmc(server);
    const real = proof.power === 'on' || machine.wasOff(beganMs, proofMs + 1);
    return real ? [] : [`the late proof of ${job} is false`];
  });

const nothingIsLeft: Rule = (bench) => [
  ...(bench.clock.armed() > 0 ? [`${bench.clock.armed()} timers are still armed`] : []),
  ...bmcs(bench).flatMap((bmc) => (bmc.openSessions() === 0 ? [] : ['a session was never closed'])),
  ...(bench.service.running() > 0 ? ['a job still runs'] : []),
];

const rules: readonly Rule[] = [
  everyoneIsAnsweredInTime,
  fencedIsTrue,
  proofIsFresh,
  fencedLasts,
  refusedMeansNothingDone,
  refusedRestartMeansNoOn,
  nothingIsSentLate,
  onlyOffIsSentTwice,
  offGoesFirst,
  writesFirst,
  journalledFencedIsOnDisk,
  lateProofsAreTrue,
  nothingIsLeft,
];

/** All breaches of a run that has ended; `lying` names servers whose BMC accepted what it did not do. */
export const breachesOf = (bench: FenceBench, lying: ReadonlySet<string>): string[] =>
  rules.flatMap((rule) => rule(bench, lying));
