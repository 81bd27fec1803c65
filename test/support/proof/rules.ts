import type { Asked, Ground } from './ground.ts';
import { mayBeDone, type Order } from './orders.ts';
import type { SimServer } from './sim-server.ts';

/** What must hold of every run, whatever was asked and whatever failed; each rule answers its breaches. */

type Rule = (ground: Ground) => string[];

/** An answer without a decision comes this much before the deadline at the earliest. */
const earliestMs = 250;
const decided: ReadonlySet<string> = new Set(['proved', 'refused', 'unproved']);

const nameOf = ({ action, server, atMs, answer, answeredMs }: Asked): string =>
  `${action} of ${server} at ${atMs} (${answer?.job}, answered ${answeredMs})`;

const breaches = (asked: readonly Asked[], why: (one: Asked) => string | false | undefined): string[] =>
  asked.flatMap((one) => {
    const breach = why(one);
    return breach ? [`${nameOf(one)}: ${breach}`] : [];
  });

const monotonicMs = ({ clock }: Ground, at: string): number =>
  Date.parse(at) - (clock.wallMs() - clock.nowMs());

/** Proofs are stamped in whole milliseconds. */
const stampMs = 1;

const ordersOf = ({ orders }: Ground, job: string): Order[] =>
  orders.filter(({ owner }) => owner.job === job);

/** It was told what an identical attempt came to, the deadline of which was over no longer than a second ago. */
const wasPassedOn = ({ asked }: Ground, one: Asked): boolean =>
  one.answer?.joined === true &&
  asked
    .slice(0, asked.indexOf(one))
    .filter(({ answer }) => answer?.job === one.answer?.job)
    .map(({ atMs, deadlineMs }) => one.atMs - (atMs + deadlineMs))
    .some((sinceMs) => sinceMs >= -earliestMs && sinceMs < 1000);

const everyoneIsAnsweredInTime: Rule = (ground) =>
  breaches(ground.asked, (one) => {
    const { answer, answeredMs, atMs, deadlineMs, error } = one;
    if (error) return `threw ${String(error)}`;
    if (!answer || answeredMs === undefined) return 'was never answered';
    const waitedMs = answeredMs - atMs;
    if (waitedMs > deadlineMs) return `was answered ${waitedMs - deadlineMs} ms after its deadline`;
    const early = waitedMs < deadlineMs - earliestMs && !decided.has(answer.steps.at(-1)?.step ?? '');
    return early && !wasPassedOn(ground, one) && 'was answered early, with nothing decided';
  });

/** The power that a proof names was real between the request and the proof, unless the BMC could say "off" without looking. */
const isTrue = (
  ground: Ground,
  server: SimServer,
  fromMs: number,
  proof: { power: 'on' | 'off'; at: string },
) => {
  const proofMs = monotonicMs(ground, proof.at) + stampMs;
  if (proofMs < Math.floor(fromMs)) return false;
  return server.was(proof.power, fromMs, proofMs) || server.saidOff(fromMs, proofMs);
};

const proofsAreTrue: Rule = (ground) =>
  breaches(ground.asked, ({ server, answer, atMs }) => {
    if (!answer?.proof) return answer?.fenced && 'fenced without a proof';
    if (answer.proof.by !== 'bmc') return `proved by ${String(answer.proof.by)}`;
    if (answer.fenced && answer.proof.power !== 'off') return 'fenced by a proof of "on"';
    return !isTrue(ground, ground.server(server), atMs, answer.proof) && 'its proof is false';
  });

const lateProofsAreTrue: Rule = (ground) =>
  ground.events.flatMap((event) => {
    if (event.type !== 'fence.provedLate') return [];
    const { server, job, proof } = event.data;
    const beganMs = Math.min(
      ...ground.asked.filter(({ answer }) => answer?.job === job).map(({ atMs }) => atMs),
    );
    return isTrue(ground, ground.server(server), beganMs, proof) ? [] : [`the late proof of ${job} is false`];
  });

const confirmedIsProved: Rule = ({ asked }) =>
  breaches(asked, ({ action, answer }) => {
    if (answer?.outcome !== 'confirmed') return answer?.reason === undefined && 'has no reason';
    if (!answer.proof) return 'confirmed without a proof';
    if (action === 'status') return false;
    const wanted = action === 'on' ? 'on' : 'off';
    if (action === 'reset' || action === 'nmi') return 'confirmed what cannot be read back';
    return answer.proof.power !== wanted && `confirmed by a proof of "${answer.proof.power}"`;
  });

const refusedMeansNothingDone: Rule = (ground) =>
  breaches(ground.asked, ({ answer }) => {
    if (answer?.outcome !== 'refused') return undefined;
    const done = ordersOf(ground, answer.job).find(mayBeDone);
    return done && `refused (${answer.reason?.code}), but ${done.command} was ${done.reply}`;
  });

const acceptedMeansAccepted: Rule = (ground) =>
  breaches(ground.asked, ({ answer, answeredMs = 0 }) => {
    if (!answer?.accepted) return undefined;
    const yes = ordersOf(ground, answer.job).some(
      ({ reply, atMs }) => reply === 'accepted' && atMs <= answeredMs,
    );
    return !yes && 'accepted, but the BMC said no such thing';
  });

const onlyOffIsSentTwice: Rule = ({ orders }) => {
  const seen = new Set<string>();
  return orders.flatMap(({ command, owner }) => {
    const key = `${command} of ${owner.job}`;
    const again = command !== 'off' && seen.has(key);
    seen.add(key);
    return again ? [`${key} was sent twice`] : [];
  });
};

const nothingIsSentLate: Rule = (ground) =>
  ground.orders.flatMap(({ owner, command, atMs }) => {
    const callers = ground.asked.filter(({ answer }) => answer?.job === owner.job);
    // The later half of a cycle has a limit of its own.
    if (command === 'on' && callers[0]?.action === 'cycle') return [];
    const lastMs = Math.max(...callers.map((caller) => caller.atMs + caller.deadlineMs));
    return atMs > lastMs ? [`${command} of ${owner.job} left at ${atMs}, after ${lastMs}`] : [];
  });

/** Whatever happened to a server was ordered for that server: nobody stops the survivor. */
const nothingHappensUnordered: Rule = (ground) =>
  ground.servers().flatMap((server) => {
    const orders = ground.orders.filter((order) => order.server === server.name && mayBeDone(order));
    const count = (command: Order['command']) => orders.filter((order) => order.command === command).length;
    const { reset, nmi } = server.simulation.machine.counts();
    const unordered = (power: 'on' | 'off') =>
      server
        .changes(power)
        .filter((changedMs) => !orders.some(({ command, atMs }) => command === power && atMs <= changedMs));
    return [
      ...(reset > count('reset')
        ? [`${server.name} was reset ${reset} times, ordered ${count('reset')}`]
        : []),
      ...(nmi > count('nmi') ? [`${server.name} got ${nmi} NMIs, ordered ${count('nmi')}`] : []),
      ...unordered('off').map((atMs) => `${server.name} went off at ${atMs} by nobody's order`),
      ...unordered('on').map((atMs) => `${server.name} came on at ${atMs} by nobody's order`),
    ];
  });

/** Whoever was told "fenced" finds the server off until somebody asks for a power-on. */
const fencedLasts: Rule = (ground) =>
  breaches(ground.asked, ({ server, action, answer, atMs, answeredMs = 0 }) => {
    const machine = ground.server(server);
    if (!answer?.fenced || action === 'cycle' || machine.everFeigned()) return undefined;
    const cameOn = machine.changes('on').find((changedMs) => changedMs > answeredMs);
    if (cameOn === undefined) return undefined;
    const wanted = ground.asked.some(
      (other) =>
        other.server === server &&
        other.atMs >= atMs &&
        other.atMs <= cameOn &&
        (other.action === 'on' || other.action === 'cycle') &&
        other.answer?.outcome !== 'refused',
    );
    return !wanted && `fenced, but the server came on at ${cameOn}`;
  });

export const rules: readonly Rule[] = [
  everyoneIsAnsweredInTime,
  proofsAreTrue,
  lateProofsAreTrue,
  confirmedIsProved,
  refusedMeansNothingDone,
  acceptedMeansAccepted,
  onlyOffIsSentTwice,
  nothingIsSentLate,
  nothingHappensUnordered,
  fencedLasts,
];

/** All breaches of a run whose jobs have ended. */
export const breachesOf = (ground: Ground): string[] => rules.flatMap((rule) => rule(ground));

/** What a run left behind once its jobs had ended, its drivers were closed and the idle limits had passed. */
export const leftBehind = (ground: Ground): string[] => [
  ...(ground.service.running() > 0 ? [`${ground.service.running()} jobs still run`] : []),
  ...(ground.network.openLinks() > 0 ? [`${ground.network.openLinks()} links are still open`] : []),
  ...(ground.clock.armed() > 0 ? [`${ground.clock.armed()} timers are still armed`] : []),
  ...ground.servers().flatMap(({ name, simulation }) => {
    const open = simulation.sessions.activeCount();
    return open > 0 ? [`${open} sessions of ${name} are still open`] : [];
  }),
];
