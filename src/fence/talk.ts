import { unlessCalledOff } from '../core/call-off.ts';
import { type Clock, isoNow } from '../core/clock.ts';
import { CodedError, codeOf, type ErrorCode, messageOf } from '../core/errors.ts';
import type { Proof, ProofSource, Reason } from '../core/outcome.ts';
import type {
  BmcPort,
  BmcSession,
  CallLimits,
  ChassisCommand,
  ControlReply,
  StopPort,
  StopReply,
} from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';
import { type Identities, judgeIdentity } from './identity.ts';
import { type Job, lookLimits, noteStep, sendLimits } from './job.ts';
import { scriptNotes } from './script-notes.ts';
import type { PowerOn, Slot } from './slots.ts';

export interface TalkDeps {
  readonly clock: Clock;
  readonly bmc: BmcPort;
  readonly identities: Identities;
  readonly report: (event: NewEvent) => void;
  readonly slot: Slot;
}

/** A power state together with when the question for it left (monotonic ms). */
export interface PowerReading {
  readonly proof: Proof;
  readonly askedMs: number;
  /** How many callers had joined the job by then. */
  readonly joiners: number;
}

/** One job's conversation with the BMC of its server: opened when needed, opened again when it broke. */
export interface Talk {
  /** Reaches the BMC of the right server, unless that is done. Throws a CodedError with a `bmc.*` code. */
  open(): Promise<void>;
  /** Reads the power of the right server. Throws a CodedError with a `bmc.*` code. */
  read(): Promise<PowerReading>;
  /** Sends one command, once. Must follow an `open` or a `read`. */
  send(command: ChassisCommand): Promise<ControlReply>;
  /** Runs a method that is not the BMC's, once. */
  stopBy(port: StopPort): Promise<StopReply>;
  /** What a method that the configuration trusts has proved just now. */
  proofBy(source: ProofSource): Proof;
  close(): void;
}

const refuseStranger = ({ identities, report }: TalkDeps, job: Job, guid: string | undefined): void => {
  const { server } = job;
  const judgement = judgeIdentity(identities, server, guid);
  if (judgement.kind !== 'stranger') return;
  const { expected, found, reason } = judgement;
  report({ type: 'bmc.identityMismatched', source: 'fence', data: { server, pinned: expected, found } });
  throw new CodedError(reason.code, reason.message);
};

/** The first power state that a BMC proves for a server ties its identity to that server. */
const pinFirst = ({ identities, report }: TalkDeps, { server }: Job, guid: string | undefined): void => {
  const judgement = judgeIdentity(identities, server, guid);
  if (judgement.kind !== 'new') return;
  report({ type: 'bmc.identityPinned', source: 'fence', data: { server, guid: judgement.guid } });
};

const calledOff = () => new CodedError('bmc.timeout', 'called off before the BMC answered');

/** One command to its end; a driver that throws has sent it, for all that is known. */
const controlOnce = async (
  session: BmcSession,
  command: ChassisCommand,
  limits: CallLimits,
): Promise<ControlReply> => {
  try {
    return await session.control(command, limits);
  } catch (error) {
    return { kind: 'unanswered', reason: reasonOf(error, 'bmc.protocol') };
  }
};

export const createTalk = (deps: TalkDeps, job: Job): Talk => {
  const { clock, bmc, slot } = deps;
  const { signal } = job.abort;
  let session: BmcSession | undefined;
  let pinOffered = false;

  const drop = () => {
    void session?.close();
    session = undefined;
  };

  const open = async (): Promise<BmcSession> => {
    const opened = await unlessCalledOff(
      signal,
      bmc.open(lookLimits(clock, job)),
      calledOff,
      (late) => void late.close(),
    );
    try {
      refuseStranger(deps, job, opened.guid);
    } catch (error) {
      void opened.close();
      throw error;
    }
    noteStep(
      clock,
      job,
      'open',
      opened.guid ? `logged in, identity ${opened.guid}` : 'logged in, no identity given',
    );
    return opened;
  };

  return {
    async open() {
      session ??= await open();
    },
    async read() {
      try {
        session ??= await open();
        const askedMs = clock.nowMs();
        const { joiners } = job;
        const { powerOn } = slot;
        const power = await unlessCalledOff(signal, session.readPower(lookLimits(clock, job)), calledOff);
        if (!pinOffered) pinFirst(deps, job, session.guid);
        pinOffered = true;
        if (power === 'on' && slot.powerOn === powerOn) slot.powerOn = undefined;
        const proof: Proof = { by: 'bmc', power, at: isoNow(clock) };
        job.lastRead = proof;
        job.trouble = undefined;
        return { proof, askedMs, joiners };
      } catch (error) {
        drop();
        throw error;
      }
    },
    async send(command) {
      if (!session) {
        return {
          kind: 'notSent',
          reason: { code: 'bmc.timeout', message: 'the conversation with the BMC broke' },
        };
      }
      const before = { maybeSent: job.maybeSent, powerOn: slot.powerOn };
      const powerOn: PowerOn | undefined = command === 'on' ? { sentMs: clock.nowMs() } : undefined;
      job.maybeSent = true;
      slot.powerOn = powerOn ?? slot.powerOn;
      const sending = controlOnce(session, command, sendLimits(clock, job));
      job.sending = sending;
      const reply = await sending;
      job.sending = undefined;
      if (reply.kind === 'notSent' || reply.kind === 'rejected') {
        job.maybeSent = before.maybeSent;
        if (powerOn && slot.powerOn === powerOn) slot.powerOn = before.powerOn;
      }
      job.lastReply = reply;
      if (reply.kind === 'accepted') job.accepted = true;
      // The BMC may have forgotten the session: a login is sooner done than waiting for a read to fail.
      if (reply.kind === 'unanswered') drop();
      noteStep(
        clock,
        job,
        command,
        reply.kind === 'accepted' ? 'accepted' : `${reply.kind}: ${reply.reason.message}`,
      );
      return reply;
    },
    async stopBy(port) {
      const before = job.maybeSent;
      const notes = scriptNotes(deps.report, job, port.file);
      job.maybeSent = true;
      const stopping = port.stop(sendLimits(clock, job), notes.started);
      job.sending = stopping;
      const reply = await stopping;
      job.sending = undefined;
      notes.ended(reply);
      if (reply.kind === 'notSent') job.maybeSent = before;
      if (reply.kind === 'accepted') job.accepted = true;
      job.lastReply = reply;
      return reply;
    },
    proofBy: (by) => ({ by, power: 'off', at: isoNow(clock) }),
    close: drop,
  };
};

/** A thrown value as the reason a caller is given. */
export const reasonOf = (error: unknown, fallback: ErrorCode): Reason => ({
  code: codeOf(error) ?? fallback,
  message: messageOf(error),
});
