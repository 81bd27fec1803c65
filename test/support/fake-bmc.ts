import type { Clock, Timer } from '../../src/core/clock.ts';
import { CodedError, type ErrorCode } from '../../src/core/errors.ts';
import type { Reason } from '../../src/core/outcome.ts';
import type { BmcPort, BmcSession, CallLimits, ChassisCommand, ControlReply } from '../../src/core/ports.ts';
import { createFakeMachine, type FakeMachine } from './fake-machine.ts';

/** What one chassis control request can meet, instead of being taken and done. */
export type ControlFault =
  /** Done, and the answer is lost. */
  | 'doneUnanswered'
  /** Lost on the way, so never done. */
  | 'lostUnanswered'
  /** Accepted and not done. */
  | 'ignored'
  /** The driver breaks its promise and throws, after sending. */
  | 'throws'
  | 'bmc.busy'
  | 'bmc.state'
  | 'bmc.privilege'
  | 'bmc.rejected';

/** How the BMC behaves until told otherwise. */
export interface FakeBehaviour {
  /** There and back. */
  latencyMs: number;
  guid: string | undefined;
  /** Answers nothing at all. */
  frozen: boolean;
  /** Accepts every power-off and does none. */
  stuckOn: boolean;
  /** Says "not in this state" to a power-off while the server reads off. */
  offNeedsOn: boolean;
  /** A control request waits this long for its turn before it leaves (another question is in flight). */
  queueMs: number;
  /** The driver does not notice that a login or a read was called off. */
  deaf: boolean;
}

/** One call as the BMC's side saw it, in the order they were made. */
export interface FakeCall {
  readonly call: 'open' | 'read' | ChassisCommand;
  /** When the packet left (monotonic ms). */
  readonly atMs: number;
  /** Counts everything that was noted with the same counter; see {@link FakeBmcDeps.nextOrder}. */
  readonly order: number;
  /** Who holds the port: the tests name the job. */
  readonly owner: Owner;
  executed: boolean;
}

export interface Owner {
  name: string;
}

export interface FakeBmc {
  readonly machine: FakeMachine;
  readonly behaviour: FakeBehaviour;
  readonly calls: FakeCall[];
  /** The BMC as a driver for `owner`, so that a call can be traced to a job. */
  port(owner: Owner): BmcPort;
  failOpens(code: ErrorCode, times: number): void;
  failReads(code: ErrorCode, times: number): void;
  faultControls(fault: ControlFault, times?: number): void;
  /** Answers nothing any more in the sessions that are open now, as after a cold reset. */
  forgetSessions(): void;
  /** Sessions that were opened and not closed. */
  openSessions(): number;
  /** Control requests that left, in order. */
  controls(): FakeCall[];
}

interface FakeBmcDeps {
  readonly clock: Clock;
  readonly machine?: FakeMachine;
  readonly behaviour?: Partial<FakeBehaviour>;
  readonly nextOrder?: () => number;
}

const attemptMs = 5000;
const onceMs = 1000;

type Heard<Value> = { readonly value: Value } | 'silence';

interface Wire<Value> {
  readonly patienceMs: number;
  /** Runs when the packet arrives; undefined where no answer is given. */
  readonly arrive: () => { readonly value: Value } | undefined;
}

/** Packets to and from the BMC: they arrive in the order they left, also when the caller has given up. */
const createNetwork = (clock: Clock, behaviour: FakeBehaviour) => {
  let lastArrivalMs = 0;
  return <Value>(limits: CallLimits, wire: Wire<Value>) =>
    new Promise<Heard<Value>>((resolve) => {
      const oneWayMs = behaviour.latencyMs / 2;
      const timers: Timer[] = [];
      let over = false;
      const end = (heard: Heard<Value>) => {
        if (over) return;
        over = true;
        for (const timer of timers) timer.cancel();
        limits.signal?.forget(giveUp);
        resolve(heard);
      };
      const giveUp = () => {
        if (!behaviour.deaf) end('silence');
      };
      if (limits.signal?.calledOff) return end('silence');
      limits.signal?.listen(giveUp);
      timers.push(
        clock.after(Math.min(wire.patienceMs, limits.deadline.remainingMs()), () => end('silence')),
      );
      lastArrivalMs = Math.max(lastArrivalMs, clock.nowMs() + oneWayMs);
      clock.after(lastArrivalMs - clock.nowMs(), () => {
        const answer = behaviour.frozen ? undefined : wire.arrive();
        if (answer && !over) timers.push(clock.after(oneWayMs, () => end(answer)));
      });
    });
};

const reason = (code: ErrorCode, message: string): Reason => ({ code, message });
const silence: Reason = reason('bmc.timeout', 'the fake BMC did not answer');
const notSent: ControlReply = {
  kind: 'notSent',
  reason: reason('bmc.timeout', 'called off before it left'),
};

/** What becomes of a control request that arrives: undefined where no answer leaves the BMC. */
const takeControl = (
  machine: FakeMachine,
  behaviour: FakeBehaviour,
  call: FakeCall & { call: ChassisCommand },
  fault: ControlFault | undefined,
): ControlReply | undefined => {
  const reject = (code: ErrorCode): ControlReply => ({
    kind: 'rejected',
    reason: reason(code, `the fake BMC rejects ${call.call}`),
  });
  const perform = () => {
    call.executed = true;
    if (!(call.call === 'off' && behaviour.stuckOn)) machine.execute(call.call);
  };
  if (fault === 'lostUnanswered') return undefined;
  if (fault === 'doneUnanswered' || fault === 'throws') {
    perform();
    return undefined;
  }
  if (fault === 'ignored') return { kind: 'accepted' };
  if (fault) return reject(fault);
  const needsOn =
    call.call === 'reset' || call.call === 'nmi' || (call.call === 'off' && behaviour.offNeedsOn);
  if (needsOn && machine.power() === 'off') return reject('bmc.state');
  perform();
  return { kind: 'accepted' };
};

interface Faults {
  readonly opens: ErrorCode[];
  readonly reads: ErrorCode[];
  readonly controls: ControlFault[];
}

const times = <Fault>(fault: Fault, count: number): Fault[] => Array.from({ length: count }, () => fault);

/** Waits for a turn to send; false where the caller called it off or ran out of time meanwhile. */
const turnComes = (clock: Clock, queueMs: number, limits: CallLimits): Promise<boolean> =>
  new Promise((resolve) => {
    const isTime = () => !limits.signal?.calledOff && !limits.deadline.passed();
    if (queueMs <= 0 || !isTime()) return resolve(isTime());
    const done = () => {
      timer.cancel();
      limits.signal?.forget(done);
      resolve(isTime());
    };
    const timer = clock.after(Math.min(queueMs, limits.deadline.remainingMs()), done);
    limits.signal?.listen(done);
  });

/** A BMC and its server on a test's clock, with faults to order. */
export const createFakeBmc = ({ clock, nextOrder, ...given }: FakeBmcDeps): FakeBmc => {
  const machine = given.machine ?? createFakeMachine(clock);
  const behaviour: FakeBehaviour = {
    latencyMs: 2,
    guid: undefined,
    frozen: false,
    stuckOn: false,
    offNeedsOn: false,
    queueMs: 0,
    deaf: false,
    ...given.behaviour,
  };
  const calls: FakeCall[] = [];
  const faults: Faults = { opens: [], reads: [], controls: [] };
  const over = createNetwork(clock, behaviour);
  let sessions = 0;
  let generation = 0;

  const note = <Call extends FakeCall['call']>(call: Call, owner: Owner): FakeCall & { call: Call } => {
    const order = nextOrder?.() ?? calls.length;
    const entry = { call, owner, atMs: clock.nowMs(), order, executed: false };
    calls.push(entry);
    return entry;
  };

  const ask = async <Value>(limits: CallLimits, fault: ErrorCode | undefined, answer: () => Value) => {
    const failing = () => new CodedError(fault ?? 'bmc.protocol', `the fake BMC fails with ${fault}`);
    const arrive = () => (fault === 'bmc.timeout' ? undefined : { value: fault ? failing() : answer() });
    const heard = await over<Value | CodedError>(limits, { patienceMs: attemptMs, arrive });
    if (heard === 'silence') throw new CodedError('bmc.timeout', silence.message);
    if (heard.value instanceof CodedError) throw heard.value;
    return heard.value;
  };

  const control = async (
    command: ChassisCommand,
    limits: CallLimits,
    owner: Owner,
    remembered: () => boolean,
  ): Promise<ControlReply> => {
    if (!(await turnComes(clock, behaviour.queueMs, limits))) return notSent;
    const call = note(command, owner);
    const fault = remembered() ? faults.controls.shift() : 'lostUnanswered';
    const arrive = () => {
      const reply = takeControl(machine, behaviour, call, fault);
      return reply && { value: reply };
    };
    const heard = await over(limits, { patienceMs: onceMs, arrive });
    if (fault === 'throws') throw new CodedError('bmc.protocol', 'the driver broke');
    return heard === 'silence' ? { kind: 'unanswered', reason: silence } : heard.value;
  };

  const session = (owner: Owner, guid: string | undefined): BmcSession => {
    let open = true;
    const born = generation;
    const remembered = () => born === generation;
    return {
      guid,
      readPower(limits) {
        note('read', owner);
        return ask(limits, remembered() ? faults.reads.shift() : 'bmc.timeout', () => machine.power());
      },
      control: (command, limits) => control(command, limits, owner, remembered),
      async identify() {},
      readIdentify: async () => undefined,
      async close() {
        if (open) sessions -= 1;
        open = false;
      },
    };
  };

  return {
    machine,
    behaviour,
    calls,
    port: (owner) => ({
      async open(limits) {
        note('open', owner);
        const guid = await ask(limits, faults.opens.shift(), () => behaviour.guid);
        sessions += 1;
        return session(owner, guid);
      },
      examine: async () => [],
      async close() {},
    }),
    failOpens: (code, count) => void faults.opens.push(...times(code, count)),
    failReads: (code, count) => void faults.reads.push(...times(code, count)),
    faultControls: (fault, count = 1) => void faults.controls.push(...times(fault, count)),
    forgetSessions() {
      generation += 1;
    },
    openSessions: () => sessions,
    controls: () => calls.filter(({ call }) => call !== 'open' && call !== 'read'),
  };
};
