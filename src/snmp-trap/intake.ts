import { plainAddress } from '../config/addresses.ts';
import type { Clock } from '../core/clock.ts';
import type { Secret } from '../core/secret.ts';
import type { TrapRefusal } from '../core/trap-refusal.ts';
import { answerTo } from './codec/answer.ts';
import type { CommunityMessage } from './codec/community-message.ts';
import { decodeMessage } from './codec/message.ts';
import type { TrapNotification, TrapSource } from './codec/notification.ts';
import type { V3Message } from './codec/v3-message.ts';
import { createCommunityCheck } from './communities.ts';
import { createTally, type IntakeCounters } from './counters.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery-queue.ts';
import { createInformTries, informIdentity, type Respond } from './inform-tries.ts';
import { createRefusalHerald, type RefusalNews } from './refusal-herald.ts';
import { originOf } from './relays.ts';
import type { TrapUser } from './users.ts';
import type { Question, V3Gate } from './v3-gate.ts';

export interface IntakeDeps {
  readonly clock: Clock;
  readonly v3: V3Gate;
  /**
   * Settles when the notification is on disk, or rejects; undefined where nothing is to be waited for. Called in the order
   * of arrival, many at a time.
   */
  readonly deliver: (notification: TrapNotification) => Promise<void> | undefined;
  /** Called before a v3 notification is delivered: what keeps it from being repeated is on disk then. Never rejects. */
  readonly remember: () => Promise<void>;
  readonly refused: (news: RefusalNews) => void;
}

/** Who may send what. */
export interface Admission {
  /** Addresses, as {@link plainAddress} writes them. */
  readonly sources: ReadonlySet<string>;
  /** Who may also send in the name of those. */
  readonly relays: ReadonlySet<string>;
  readonly communities: readonly Secret[];
  readonly users: readonly TrapUser[];
}

/** Everything between a socket and the journal; knows no socket. */
export interface Intake {
  /** Takes one datagram; `reply` sends one to where it came from. Never throws, never waits. */
  receive(datagram: Buffer, from: TrapSource, reply: (answer: Buffer) => void): void;
  admit(admission: Admission): void;
  counters(): IntakeCounters;
  /** Resolves when everything that was taken is recorded or refused. */
  idle(): Promise<void>;
}

const limits = { underWay: 2_048, waiting: 8_192 };

type Reply = (answer: Buffer) => void;

const questionIn = ({ version, community, content }: CommunityMessage): Question | undefined => {
  if (content.kind === 'trap') return undefined;
  const { request } = content;
  const settled = (recorded: boolean) => (recorded ? answerTo({ version, community }, request) : undefined);
  return { requestId: request.requestId, settled };
};

const notificationOf = ({ version, content }: CommunityMessage, source: TrapSource): TrapNotification => {
  const { kind, trapOid, uptimeTicks, varbinds, v1 } = content;
  const common = { version, kind, source, trapOid, uptimeTicks, varbinds };
  return v1 ? { ...common, v1 } : common;
};

export const createIntake = (deps: IntakeDeps): Intake => {
  const { v3 } = deps;
  const tally = createTally();
  const queue: DeliveryQueue = createDeliveryQueue(limits);
  const herald = createRefusalHerald(deps.clock, deps.refused);
  const tries = createInformTries(deps.clock);
  let sources: ReadonlySet<string> = new Set();
  let relays: ReadonlySet<string> = new Set();
  let isCommunity = createCommunityCheck([]);

  const refuse = (reason: TrapRefusal, { address }: TrapSource): void => {
    tally.refuse(reason);
    herald(address, reason);
  };

  const acknowledge = (answer: Buffer | undefined, reply: Reply): void => {
    if (!answer) return;
    tally.acknowledged += 1;
    reply(answer);
  };

  const recorded = (respond: Respond | undefined): void => {
    tally.pending -= 1;
    tally.recorded += 1;
    respond?.(true);
  };
  const notRecorded = (source: TrapSource, respond: Respond | undefined): void => {
    tally.pending -= 1;
    respond?.(false);
    refuse('notRecorded', source);
  };
  const record = (notification: TrapNotification, respond?: Respond): Promise<void> | undefined => {
    const isV3 = notification.version === 'v3';
    const delivered = isV3
      ? deps.remember().then(() => deps.deliver(notification))
      : deps.deliver(notification);
    if (delivered === undefined) {
      recorded(respond);
      return undefined;
    }
    return delivered.then(
      () => recorded(respond),
      () => notRecorded(notification.source, respond),
    );
  };

  const take = (notification: TrapNotification, respond?: Respond): void => {
    tally.pending += 1;
    if (queue.submit(() => record(notification, respond))) return;
    tally.pending -= 1;
    respond?.(false);
    refuse('overflow', notification.source);
  };

  const takeInform = (
    notification: TrapNotification,
    { requestId, settled }: Question,
    reply: Reply,
  ): void => {
    const identity = informIdentity(notification, requestId);
    const respond: Respond = (recorded) => acknowledge(settled(recorded), reply);
    const earlier = tries.come(identity, respond);
    if (earlier === 'none') {
      take(notification, (recorded) => tries.settle(identity, recorded));
      return;
    }
    tally.repeated += 1;
    if (earlier === 'recorded') respond(true);
  };

  /** Under the name of its origin, where a relay sent it; undefined where that is refused. */
  const traced = (notification: TrapNotification): TrapNotification | undefined => {
    const { address, port } = notification.source;
    if (!relays.has(address)) return notification;
    const origin = originOf(notification);
    if (origin !== undefined && sources.has(origin))
      return { ...notification, source: { address: origin, port }, relay: address };
    refuse('relayOrigin', { address: origin ?? address, port });
    return undefined;
  };

  const accept = (given: TrapNotification, question: Question | undefined, reply: Reply): void => {
    const notification = traced(given);
    if (!notification) question?.settled(false);
    else if (question) takeInform(notification, question, reply);
    else take(notification);
  };

  const receiveV3 = (message: V3Message, datagram: Buffer, source: TrapSource, reply: Reply): void => {
    const verdict = v3.judge(message, datagram, source);
    switch (verdict.kind) {
      case 'notification':
        accept(verdict.notification, verdict.question, reply);
        break;
      case 'discovery':
        tally.discoveries += 1;
        reply(verdict.answer);
        break;
      case 'repeated':
        tally.repeated += 1;
        acknowledge(verdict.answer, reply);
        break;
      case 'refused':
        if (verdict.answer) reply(verdict.answer);
        refuse(verdict.reason, source);
    }
  };

  const receiveCommunity = (message: CommunityMessage, source: TrapSource, reply: Reply): void => {
    accept(notificationOf(message, source), questionIn(message), reply);
  };

  const receiveFrom = (datagram: Buffer, source: TrapSource, reply: Reply): TrapRefusal | undefined => {
    if (source.port === 0) return 'portZero';
    if (!sources.has(source.address) && !relays.has(source.address)) return 'source';
    const message = decodeMessage(datagram);
    if (!message.ok) return message.failure;
    const { value } = message;
    if (value.version === 'v3') receiveV3(value, datagram, source, reply);
    else if (isCommunity(value.community)) receiveCommunity(value, source, reply);
    else return 'community';
    return undefined;
  };

  return {
    receive(datagram, from, reply) {
      tally.received += 1;
      const source = { address: plainAddress(from.address), port: from.port };
      const reason = receiveFrom(datagram, source, reply);
      if (reason !== undefined) refuse(reason, source);
    },
    admit(admission) {
      ({ sources, relays } = admission);
      isCommunity = createCommunityCheck(admission.communities);
      v3.replaceUsers(admission.users);
    },
    counters: () => tally.read(),
    idle: queue.idle,
  };
};
