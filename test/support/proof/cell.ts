import type { FenceAction } from '../../../src/core/outcome.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import type { FenceAnswer } from '../../../src/fence/service.ts';
import { createGround, type Ground, longEnoughMs } from './ground.ts';
import type { Row } from './rows.ts';
import { breachesOf, leftBehind } from './rules.ts';

/** One action asked of one BMC with one fault, to its very end. */
export interface Cell {
  readonly action: FenceAction;
  readonly answer: FenceAnswer;
  readonly elapsedMs: number;
  /** The server as it really was when the answer came. */
  readonly truth: { readonly power: 'on' | 'off'; readonly resets: number; readonly nmis: number };
  /** Every order that was sent for it, in all. */
  readonly sent: readonly string[];
  /** What was announced after the answer: a late proof, the later half of a cycle. */
  readonly later: readonly NewEvent[];
  /** Sessions that the BMC held to be open a while after the job, before it dropped them as idle. */
  readonly leftOpen: number;
  readonly breaches: readonly string[];
}

const subject = 'server1';
const survivor = 'server2';
const seed = 1;
/** Jobs observe for 2 min; goodbyes take 0.7 s. Below the idle limit of the BMC, counted from the job's end. */
const goodbyeMs = 5_000;

const arrange = ({ pinned = true, faults, instead }: Row, action: FenceAction): Ground => {
  const power = action === 'on' ? 'off' : 'on';
  const ground = createGround({
    servers: { [subject]: { pinned, machine: { power } }, [survivor]: {} },
    seed,
  });
  ground.server(subject).setFaults(faults);
  if (instead === 'otherServer') ground.swapAddresses(true);
  else if (instead) ground.network.place(ground.hostOf(subject), instead);
  return ground;
};

/** Until the job has ended, then a little longer. */
const runOut = async ({ clock, service }: Ground): Promise<void> => {
  const stepMs = 1_000;
  for (let waitedMs = 0; service.running() > 0 && waitedMs < longEnoughMs; waitedMs += stepMs) {
    await clock.advance(stepMs);
  }
  await clock.advance(goodbyeMs);
};

const isLater = ({ type }: NewEvent): boolean => type === 'fence.provedLate' || type === 'fence.restarted';

/** Asks the action of a server whose BMC has the fault, and judges all that came of it. */
export const runCell = async (row: Row, action: FenceAction): Promise<Cell> => {
  const ground = arrange(row, action);
  const { clock } = ground;
  const { simulation } = ground.server(subject);
  const asked = ground.ask(subject, action);
  while (!asked.answer && !asked.error && clock.nowMs() < asked.deadlineMs) await clock.advance(1);
  const { answer, answeredMs = Number.NaN } = asked;
  if (!answer) throw asked.error ?? new Error(`${action} with ${row.title} was not answered in time`);
  const { reset, nmi } = simulation.machine.counts();
  const truth = { power: simulation.machine.power(), resets: reset, nmis: nmi };
  await runOut(ground);
  const leftOpen = simulation.sessions.activeCount();
  await ground.close();
  return {
    action,
    answer,
    elapsedMs: answeredMs - asked.atMs,
    truth,
    sent: ground.orders.map(({ command, reply }) => `${command} ${reply ?? 'under way'}`),
    later: ground.events.filter(isLater),
    leftOpen,
    breaches: [...breachesOf(ground), ...leftBehind(ground)],
  };
};
