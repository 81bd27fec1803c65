import { describe, expect, test } from 'vitest';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import { CodedError } from '../../src/core/errors.ts';
import type { BmcPort, BmcSession, CallLimits } from '../../src/core/ports.ts';
import { freeUdpPort } from '../interop/rig/asf-ping.ts';
import { loopbackAddress } from '../interop/rig/ipmi-sim.ts';
import { until } from '../support/bounded.ts';
import type { BmcAccess } from '../support/daemon.ts';

/** Something that plays a BMC, and writes down what it did to the server behind it. */
export interface BackendBmc {
  readonly host: string;
  readonly port: number;
  /** 32 hex digits. */
  readonly guid: string;
  power(): 'on' | 'off';
  /** In order: `off`, `on`, `reset`, `nmi`, `identify <seconds>`, `identify steady`, `identify off`. */
  did(): readonly string[];
  /** The BMC answers nothing, though its port is open. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export interface BackendOptions {
  readonly host?: string;
  readonly port?: number;
  readonly offDelayMs?: number;
  readonly kg?: string;
  readonly guid?: string;
}

interface Account {
  readonly name: string;
  readonly password: string;
}

/** A kind of backend, and where it is less than a whole BMC. */
export interface BmcBackend {
  readonly name: string;
  /** An account that may switch the power, and one that may only look. */
  readonly operator: Account;
  readonly viewer: Account;
  /** Sessions it holds at a time. */
  readonly slots: number;
  /** The suite it must be spoken to with, and one that it refuses. */
  readonly suite: number;
  readonly refusedSuite: number;
  /** Whether it keeps a user within the user's own level, or grants what is asked for. */
  readonly limitsUsers: boolean;
  /** Whether it carries out an NMI, or rejects it. */
  readonly nmi: boolean;
  /** Whether it tells the state of its identify lamp. */
  readonly tellsIdentify: boolean;
  start(options?: BackendOptions): Promise<BackendBmc>;
}

/**
 * What a driver can do. A program that is run for each question sees less of the wire than a client of our own;
 * the contract asks no driver for what it declares that it cannot see, but holds it to saying so honestly.
 */
export interface DriverAbilities {
  /** Cipher suites it can speak. */
  readonly suites: readonly number[];
  /** Whether it can be given a K_g; otherwise it refuses to go without the one that is configured. */
  readonly kg: boolean;
  /** Whether it tells an unknown user from a wrong password. */
  readonly tellsUser: boolean;
  /** Whether it sees that a port is closed; otherwise that is silence, which ends at the deadline. */
  readonly tellsClosedPort: boolean;
  /** Whether it reads the identify lamp. */
  readonly tellsIdentify: boolean;
  /** Whether an open session takes a slot in the BMC between calls. */
  readonly holdsSession: boolean;
  /** Whether a login that failed, or was cut off, frees its slot; otherwise the BMC's idle limit does. */
  readonly tidiesUp: boolean;
  /** The only UDP port it can be told, where there is but one. */
  readonly onlyPort?: number;
  /** How late a call may end after its deadline, in milliseconds. */
  readonly lateMs: number;
}

/** A driver of the BMC port, built as the configuration would have it. */
export interface BmcPortDriver {
  readonly name: string;
  readonly abilities: DriverAbilities;
  build(access: BmcAccess): BmcPort;
}

/** Registers a clause of the contract where it is promised; one that a driver declares not to hold is no test. */
const clauseFor =
  (promised: boolean) =>
  (name: string, clause: () => Promise<void>): void => {
    if (promised) test(name, clause);
  };

/** How long a driver may take to say that a port is closed. */
const closedPortLimitMs = 3_000;
const effectLimitMs = 5_000;
const roomyMs = 10_000;

const limitsIn = (lengthMs = roomyMs): CallLimits => ({
  deadline: deadlineIn(systemClock, lengthMs),
  priority: 'forcedStop',
});

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return 'no error';
  } catch (error) {
    return error instanceof CodedError ? error.code : `no code: ${String(error)}`;
  }
};

const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> => {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedAt };
};

/** Everything a BMC driver must do, against one backend. */
export const bmcPortContract = (driver: BmcPortDriver, backend: BmcBackend): void => {
  const { abilities } = driver;
  const { lateMs, onlyPort } = abilities;
  /** Where a BMC is started so that this driver can be told. */
  const place = (): BackendOptions =>
    onlyPort === undefined ? {} : { host: loopbackAddress(), port: onlyPort };
  const startBmc = (options?: BackendOptions) => backend.start({ ...place(), ...options });
  /** An address with nobody there. */
  const nobodyThere = async () => {
    const { host = '127.0.0.1', port } = place();
    return { host, port: await freeUdpPort(host, port) };
  };
  const asOperator = (bmc: BackendBmc): BmcAccess => ({
    host: bmc.host,
    port: bmc.port,
    user: backend.operator.name,
    password: backend.operator.password,
    cipherSuites: [backend.suite],
  });
  const asViewer = (bmc: BackendBmc): BmcAccess => ({
    ...asOperator(bmc),
    user: backend.viewer.name,
    password: backend.viewer.password,
    privilege: 'user',
  });

  /** Opens a session, hands it over, and closes it again. */
  const inSession = async <T>(access: BmcAccess, work: (session: BmcSession) => Promise<T>): Promise<T> => {
    const port = driver.build(access);
    const session = await port.open(limitsIn());
    try {
      return await work(session);
    } finally {
      await session.close();
      await port.close();
    }
  };
  const failureOf = async (access: BmcAccess, lengthMs?: number): Promise<string> => {
    const port = driver.build(access);
    const code = await codeOf(port.open(limitsIn(lengthMs)));
    await port.close();
    return code;
  };
  const untilIt = (bmc: BackendBmc, ...did: string[]) =>
    until(() => bmc.did().join() === did.join(), effectLimitMs, `${backend.name} to do ${did.join(', ')}`);

  describe(`the ${driver.name} driver against ${backend.name}`, () => {
    test('reads the power, and changes nothing by it', async () => {
      const bmc = await startBmc();
      expect(await inSession(asOperator(bmc), (session) => session.readPower(limitsIn()))).toBe('on');
      expect(bmc.did()).toEqual([]);
    });

    test('switches off and on, and reads both back', async () => {
      const bmc = await startBmc();
      await inSession(asOperator(bmc), async (session) => {
        const reads = (power: string) =>
          until(async () => (await session.readPower(limitsIn())) === power, effectLimitMs, power);
        expect(await session.control('off', limitsIn())).toEqual({ kind: 'accepted' });
        await reads('off');
        expect(bmc.power()).toBe('off');
        expect(await session.control('on', limitsIn())).toEqual({ kind: 'accepted' });
        await reads('on');
      });
      expect(bmc.did()).toEqual(['off', 'on']);
    });

    test('an accepted power-off is no proof: the server reads on until it is off', async () => {
      const bmc = await startBmc({ offDelayMs: 400 });
      await inSession(asOperator(bmc), async (session) => {
        expect(await session.control('off', limitsIn())).toEqual({ kind: 'accepted' });
        expect(await session.readPower(limitsIn())).toBe('on');
        await until(async () => (await session.readPower(limitsIn())) === 'off', effectLimitMs, 'off');
      });
    });

    test('resets and cycles', async () => {
      const bmc = await startBmc();
      await inSession(asOperator(bmc), async (session) => {
        expect(await session.control('reset', limitsIn())).toEqual({ kind: 'accepted' });
        await untilIt(bmc, 'reset');
        expect(await session.control('cycle', limitsIn())).toEqual({ kind: 'accepted' });
        await untilIt(bmc, 'reset', 'off', 'on');
      });
    });

    test(backend.nmi ? 'sends an NMI' : 'says that the BMC rejected an NMI', async () => {
      const bmc = await startBmc();
      const reply = await inSession(asOperator(bmc), (session) => session.control('nmi', limitsIn()));
      if (backend.nmi) await untilIt(bmc, 'nmi');
      else expect(reply).toMatchObject({ kind: 'rejected', reason: { code: 'bmc.rejected' } });
    });

    test('lights the identify lamp for a while, steadily, and puts it out', async () => {
      const bmc = await startBmc();
      const states = await inSession(asOperator(bmc), async (session) => {
        const seen: unknown[] = [];
        for (const request of [{ seconds: 250 }, 'indefinite', 'off'] as const) {
          await session.identify(request, limitsIn());
          seen.push(await session.readIdentify(limitsIn()));
        }
        return seen;
      });
      await untilIt(bmc, 'identify 250', 'identify steady', 'identify off');
      expect(states).toEqual(
        backend.tellsIdentify && abilities.tellsIdentify
          ? ['timed', 'indefinite', 'off']
          : [undefined, undefined, undefined],
      );
    });

    test('gives the GUID of the BMC', async () => {
      const guid = '00112233445566778899aabbccddeeff';
      const bmc = await startBmc({ guid });
      expect(await inSession(asOperator(bmc), async (session) => session.guid)).toBe(guid);
    });

    test('a wrong password is bmc.auth, an unknown user bmc.user where that is told', async () => {
      const bmc = await startBmc();
      expect(await failureOf({ ...asOperator(bmc), password: 'wrong' })).toBe('bmc.auth');
      expect(await failureOf({ ...asOperator(bmc), user: 'nobody' })).toBe(
        abilities.tellsUser ? 'bmc.user' : 'bmc.auth',
      );
      expect(bmc.did()).toEqual([]);
    });

    test('a viewer may look, but not switch: bmc.privilege', async () => {
      const bmc = await startBmc();
      await inSession(asViewer(bmc), async (session) => {
        expect(await session.readPower(limitsIn())).toBe('on');
        for (const command of ['off', 'reset', 'cycle', 'on'] as const) {
          expect(await session.control(command, limitsIn())).toMatchObject({
            kind: 'rejected',
            reason: { code: 'bmc.privilege' },
          });
        }
      });
      const tooHigh = await failureOf({ ...asViewer(bmc), privilege: 'operator' });
      expect(tooHigh).toBe(backend.limitsUsers ? 'bmc.privilege' : 'no error');
      expect(bmc.did()).toEqual([]);
    });

    test('a refused cipher suite is bmc.cipherSuite, unless another of the list is taken', async () => {
      const bmc = await startBmc();
      const { suite, refusedSuite } = backend;
      expect(await failureOf({ ...asOperator(bmc), cipherSuites: [refusedSuite] })).toBe('bmc.cipherSuite');
      expect(await failureOf({ ...asOperator(bmc), cipherSuites: [refusedSuite, suite] })).toBe('no error');
    });

    clauseFor(!abilities.kg)(
      'a K_g that cannot be handed over is bmc.kg, and nothing is tried without it',
      async () => {
        const bmc = await startBmc();
        expect(await failureOf({ ...asOperator(bmc), kg: 'some-key' })).toBe('bmc.kg');
      },
    );

    clauseFor(abilities.kg)('a K_g that is missing or wrong is bmc.kg, the right one logs in', async () => {
      const kg = 'nineteen-characters';
      const bmc = await startBmc({ kg });
      expect(await failureOf(asOperator(bmc))).toBe('bmc.kg');
      expect(await failureOf({ ...asOperator(bmc), kg: 'another-one' })).toBe('bmc.kg');
      expect(await failureOf({ ...asOperator(bmc), kg })).toBe('no error');
    });

    clauseFor(abilities.kg)('a K_g where the BMC has none is bmc.kg', async () => {
      const bmc = await startBmc();
      expect(await failureOf({ ...asOperator(bmc), kg: 'not-set-there' })).toBe('bmc.kg');
    });

    test('a closed port is bmc.portClosed, soon; or silence, at the deadline', async () => {
      const { name: user, password } = backend.operator;
      const nowhere = { ...(await nobodyThere()), user, password, cipherSuites: [backend.suite] };
      const limitMs = abilities.tellsClosedPort ? roomyMs : closedPortLimitMs - lateMs;
      const { value, ms } = await timed(() => failureOf(nowhere, limitMs));
      expect(value).toBe(abilities.tellsClosedPort ? 'bmc.portClosed' : 'bmc.timeout');
      expect(ms).toBeLessThan(closedPortLimitMs);
    });

    test('a BMC that comes back within the limit of a closed port is reached', async () => {
      const where = await nobodyThere();
      const { name: user, password } = backend.operator;
      const opening = failureOf({ ...where, user, password, cipherSuites: [backend.suite] });
      await startBmc(where);
      expect(await opening).toBe('no error');
    });

    test('a frozen BMC is bmc.timeout at the deadline, and is spoken to again afterwards', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      bmc.freeze();
      const { value, ms } = await timed(() => codeOf(port.open(limitsIn(700))));
      bmc.thaw();
      expect(value).toBe('bmc.timeout');
      expect(ms).toBeGreaterThan(600);
      expect(ms).toBeLessThan(700 + lateMs);
      const session = await port.open(limitsIn());
      expect(await session.readPower(limitsIn())).toBe('on');
      await session.close();
    });

    test('a BMC that freezes within a session: a read times out, a command is unanswered', async () => {
      const bmc = await startBmc();
      await inSession(asOperator(bmc), async (session) => {
        bmc.freeze();
        const read = await timed(() => codeOf(session.readPower(limitsIn(400))));
        const reset = await timed(() => session.control('reset', limitsIn(400)));
        bmc.thaw();
        expect(read.value).toBe('bmc.timeout');
        expect(reset.value).toMatchObject({ kind: 'unanswered', reason: { code: 'bmc.timeout' } });
        expect(Math.max(read.ms, reset.ms)).toBeLessThan(400 + lateMs);
      });
    });

    test('sends nothing once the deadline has passed', async () => {
      const bmc = await startBmc();
      await inSession(asOperator(bmc), async (session) => {
        expect(await session.control('off', limitsIn(0))).toMatchObject({ kind: 'notSent' });
        expect(await session.readPower(limitsIn())).toBe('on');
      });
      expect(bmc.did()).toEqual([]);
    });

    test('sends nothing when its turn comes only after the deadline', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      const [one, other] = [await port.open(limitsIn()), await port.open(limitsIn())];
      bmc.freeze();
      const reading = codeOf(one.readPower(limitsIn(300)));
      const late = other.control('off', limitsIn(100));
      expect(await reading).toBe('bmc.timeout');
      expect(await late).not.toMatchObject({ kind: 'accepted' });
      bmc.thaw();
      expect(await other.readPower(limitsIn())).toBe('on');
      expect(bmc.did()).toEqual([]);
      await port.close();
    });

    test('can be called off while it waits', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      const abort = createCallOff();
      bmc.freeze();
      const opening = timed(() => codeOf(port.open({ ...limitsIn(), signal: abort.signal })));
      abort.callOff();
      const { value, ms } = await opening;
      bmc.thaw();
      expect(value).toBe('bmc.timeout');
      expect(ms).toBeLessThan(lateMs);
      await port.close();
    });

    /** Does something more often than the BMC has slots; then a login must still find one. */
    const leavesSlotsFree = async (bmc: BackendBmc, attempt: () => Promise<unknown>): Promise<void> => {
      for (let count = 0; count <= backend.slots; count += 1) await attempt();
      expect(await failureOf(asOperator(bmc))).toBe('no error');
    };

    test('a session frees its slot when it is closed, once or twice', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      await leavesSlotsFree(bmc, async () => {
        const session = await port.open(limitsIn());
        await session.close();
        await session.close();
      });
    });

    test('an examination finds nothing bad, changes nothing and frees its slot', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      await leavesSlotsFree(bmc, async () => {
        const findings = await port.examine({ ...limitsIn(), priority: 'operator' }, () => 'known');
        expect(findings.filter(({ state }) => state === 'bad')).toEqual([]);
        expect(findings.length).toBeGreaterThan(0);
      });
      expect(bmc.did()).toEqual([]);
      await port.close();
    });

    clauseFor(abilities.holdsSession)('closing the port closes every session', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      const slots = Array.from({ length: backend.slots });
      for (const _slot of slots) await port.open(limitsIn());
      expect(await codeOf(port.open(limitsIn()))).toBe('bmc.sessionFull');
      await port.close();
      expect(await failureOf(asOperator(bmc))).toBe('no error');
    });

    clauseFor(abilities.tidiesUp)(
      'a login that fails leaves its slot free, whatever the reason',
      async () => {
        const bmc = await startBmc();
        const wrong: readonly BmcAccess[] = [
          { ...asOperator(bmc), password: 'wrong' },
          { ...asOperator(bmc), user: 'nobody' },
          { ...asOperator(bmc), cipherSuites: [backend.refusedSuite] },
          { ...asViewer(bmc), privilege: 'operator' },
        ];
        for (const access of wrong) await leavesSlotsFree(bmc, () => failureOf(access));
      },
    );

    clauseFor(abilities.tidiesUp)('a session that failed frees its slot when it is closed', async () => {
      const bmc = await startBmc();
      const port = driver.build(asOperator(bmc));
      await leavesSlotsFree(bmc, async () => {
        const session = await port.open(limitsIn());
        const abort = createCallOff();
        bmc.freeze();
        const reading = codeOf(session.readPower({ ...limitsIn(), signal: abort.signal }));
        abort.callOff();
        bmc.thaw();
        expect(await reading).toBe('bmc.timeout');
        await session.close();
      });
    });
  });
};
