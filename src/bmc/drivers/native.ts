import type { Clock } from '../../core/clock.ts';
import { codeOf, messageOf } from '../../core/errors.ts';
import { createLane } from '../../core/lane.ts';
import type { BmcPort, BmcSession, CallLimits, ControlReply, IdentifyRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { resolveName } from '../../io/resolve.ts';
import type { ConnectUdp } from '../../io/udp.ts';
import { acknowledgePet } from '../acknowledge-pet.ts';
import { createEndable } from '../client/endable.ts';
import { type AskTiming, defaultTiming } from '../client/exchange.ts';
import { completionError } from '../client/failures.ts';
import { createLingerers, type Lingerers } from '../client/lingerers.ts';
import { type Contact, logIn } from '../client/login.ts';
import type { IpmiSession } from '../client/session.ts';
import { defaultWarmTiming, keepWarm } from '../client/warm.ts';
import { leaseWarm } from '../client/warm-lease.ts';
import { examineBmc } from '../examine.ts';
import { chassisControl } from '../ipmi/commands/chassis-control.ts';
import { chassisIdentify } from '../ipmi/commands/chassis-identify.ts';
import { getChassisStatus } from '../ipmi/commands/get-chassis-status.ts';
import { createReadings } from '../readings/readings.ts';
import type { NativeOptions } from './native-options.ts';

export interface NativeDeps {
  readonly clock: Clock;
  readonly password: Secret;
  readonly kg: Secret | undefined;
  readonly timing?: AskTiming;
  /** A network other than the system's, for a test. */
  readonly connect?: ConnectUdp;
}

const control = async (
  session: IpmiSession,
  address: string,
  command: Parameters<BmcSession['control']>[0],
  limits: CallLimits,
): Promise<ControlReply> => {
  if (limits.deadline.passed()) {
    return {
      kind: 'notSent',
      reason: { code: 'fence.deadline', message: 'the deadline passed before sending' },
    };
  }
  try {
    const code = await session.requestOnce(chassisControl, command, limits);
    if (code === 0) return { kind: 'accepted' };
    const error = completionError(address, `${chassisControl.name} (${command})`, code);
    return { kind: 'rejected', reason: { code: error.code, message: error.message } };
  } catch (error) {
    return {
      kind: 'unanswered',
      reason: { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) },
    };
  }
};

const identifyData = (request: IdentifyRequest) => {
  if (request === 'off') return { seconds: 0, indefinite: false };
  if (request === 'indefinite') return { seconds: 255, indefinite: true };
  return { seconds: request.seconds, indefinite: false };
};

/** The port's calls over whatever session `current` gives at the moment. */
const calls = (address: string, current: () => IpmiSession): Omit<BmcSession, 'guid' | 'close'> => ({
  async readPower(limits) {
    return (await current().request(getChassisStatus, undefined, limits)).power;
  },
  control: (command, limits) => control(current(), address, command, limits),
  async identify(request, limits) {
    await current().request(chassisIdentify, identifyData(request), limits);
  },
  async readIdentify(limits) {
    return (await current().request(getChassisStatus, undefined, limits)).identify;
  },
});

const coldSession = async (
  contact: Contact,
  limits: CallLimits,
  lingerers: Lingerers,
): Promise<BmcSession> => {
  lingerers.hurry();
  const { session, guid } = await logIn(contact, limits);
  return {
    guid,
    ...calls(contact.address, () => session),
    async close() {
      if (limits.priority === 'forcedStop') await lingerers.linger();
      await session.close();
    },
  };
};

const contactOf = (options: NativeOptions, deps: NativeDeps): Contact => ({
  host: options.host,
  port: options.port,
  address: `${options.host}:${options.port}`,
  login: {
    userName: Buffer.from(options.user),
    password: deps.password,
    kg: deps.kg,
    privilege: options.privilege,
  },
  suites: options.cipherSuites,
  clock: deps.clock,
  lane: createLane(),
  timing: deps.timing ?? defaultTiming,
  learned: { met: false, suite: undefined },
  connect: deps.connect,
});

/**
 * A BMC spoken to in IPMI 2.0 by this process itself, one packet in flight: one session per `open`,
 * or the one that is kept warm.
 */
export const createNativeBmc = (options: NativeOptions, deps: NativeDeps): BmcPort => {
  const contact = contactOf(options, deps);
  const { clock } = deps;
  const relogIn = (limits: CallLimits) => logIn(contact, limits);
  const warm = options.warmSession
    ? keepWarm({ clock, timing: defaultWarmTiming, logIn: relogIn })
    : undefined;
  /** Sessions in use, and those on their way out. */
  const open = new Set<BmcSession>();
  const visits = createEndable();
  const readings = createReadings(contact);
  const lingerers = createLingerers(clock);

  const openSession = (limits: CallLimits): Promise<BmcSession> | BmcSession => {
    const taken = warm?.take();
    if (!warm || !taken) return coldSession(contact, limits, lingerers);
    const lease = leaseWarm({ clock, address: contact.address, warm, taken, logIn: relogIn });
    const session = calls(contact.address, lease.session);
    return {
      guid: taken.guid,
      readIdentify: session.readIdentify,
      readPower: (within) => lease.ask(within, session.readPower),
      control: (command, within) => lease.command(() => session.control(command, within)),
      identify: (request, within) => lease.ask(within, (limited) => session.identify(request, limited)),
      close: lease.close,
    };
  };

  return {
    async open(limits) {
      const session = await openSession(limits);
      let closing: Promise<void> | undefined;
      const tracked: BmcSession = {
        ...session,
        close() {
          closing ??= session.close().finally(() => open.delete(tracked));
          return closing;
        },
      };
      open.add(tracked);
      return tracked;
    },
    examine: (limits, judge) =>
      visits.run(limits.signal, (signal) =>
        examineBmc({ contact, resolve: resolveName, judge }, { ...limits, signal }),
      ),
    readings: {
      sensors: (limits, judge) =>
        visits.run(limits.signal, (signal) => readings.sensors({ ...limits, signal }, judge)),
      eventLog: (limits, judge, last) =>
        visits.run(limits.signal, (signal) => readings.eventLog({ ...limits, signal }, judge, last)),
    },
    acknowledgePet: (acknowledgement, limits) =>
      visits.run(limits.signal, (signal) => acknowledgePet(contact, acknowledgement, { ...limits, signal })),
    async close() {
      const closing = [...open].map((session) => session.close());
      lingerers.hurry();
      await Promise.all([visits.end(), ...closing]);
      await warm?.close();
    },
  };
};
