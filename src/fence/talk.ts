import { type Clock, isoNow } from '../core/clock.ts';
import { CodedError, codeOf, type ErrorCode, messageOf } from '../core/errors.ts';
import type { Proof, Reason } from '../core/outcome.ts';
import type { BmcPort, BmcSession, ChassisCommand, ControlReply } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';
import { callLimits, type Job, noteStep } from './job.ts';
import type { Slot } from './slots.ts';

export interface TalkDeps {
  readonly clock: Clock;
  readonly bmc: BmcPort;
  readonly pinnedGuid: (server: string) => string | undefined;
  readonly report: (event: NewEvent) => void;
  readonly slot: Slot;
}

/** A power state together with when the question for it left (monotonic ms). */
export interface PowerReading {
  readonly proof: Proof;
  readonly askedMs: number;
}

/** One job's conversation with the BMC of its server: opened when needed, opened again when it broke. */
export interface Talk {
  /** Reads the power of the right server. Throws a CodedError with a `bmc.*` code. */
  read(): Promise<PowerReading>;
  /** Sends one command, once. Must follow a `read`. */
  send(command: ChassisCommand): Promise<ControlReply>;
  close(): void;
}

const refuseStranger = ({ pinnedGuid, report }: TalkDeps, job: Job, guid: string | undefined): void => {
  const pinned = pinnedGuid(job.server);
  if (!pinned || pinned === guid) return;
  const found = guid ?? 'none';
  report({ type: 'bmc.identityMismatched', source: 'fence', data: { server: job.server, pinned, found } });
  throw new CodedError(
    'bmc.identity',
    `the BMC at the address of ${job.server} has the identity ${found}, but ${pinned} belongs to ${job.server}; nothing was sent`,
  );
};

/** The first power state that a BMC proves for a server ties its identity to that server. */
const pinFirst = ({ pinnedGuid, report }: TalkDeps, job: Job, guid: string | undefined): void => {
  if (!guid || pinnedGuid(job.server)) return;
  report({ type: 'bmc.identityPinned', source: 'fence', data: { server: job.server, guid } });
};

export const createTalk = (deps: TalkDeps, job: Job): Talk => {
  const { clock, bmc, slot } = deps;
  const limits = () => callLimits(clock, job);
  let session: BmcSession | undefined;

  const drop = () => {
    void session?.close();
    session = undefined;
  };

  const open = async (): Promise<BmcSession> => {
    const opened = await bmc.open(limits());
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
    async read() {
      try {
        session ??= await open();
        const askedMs = clock.nowMs();
        const power = await session.readPower(limits());
        pinFirst(deps, job, session.guid);
        if (power === 'on') slot.onMayBePending = false;
        const proof: Proof = { by: 'bmc', power, at: isoNow(clock) };
        job.lastRead = proof;
        job.trouble = undefined;
        return { proof, askedMs };
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
      const sentBefore = job.maybeSent;
      job.maybeSent = true;
      if (command === 'on') slot.onMayBePending = true;
      const sending = session.control(command, limits());
      job.sending = sending;
      const reply = await sending;
      job.sending = undefined;
      if (reply.kind === 'notSent' || reply.kind === 'rejected') {
        job.maybeSent = sentBefore;
        if (command === 'on') slot.onMayBePending = false;
      }
      if (reply.kind === 'accepted') job.accepted = true;
      noteStep(
        clock,
        job,
        command,
        reply.kind === 'accepted' ? 'accepted' : `${reply.kind}: ${reply.reason.message}`,
      );
      return reply;
    },
    close: drop,
  };
};

/** A thrown value as the reason a caller is given. */
export const reasonOf = (error: unknown, fallback: ErrorCode): Reason => ({
  code: codeOf(error) ?? fallback,
  message: messageOf(error),
});
