import { describe, expect, test } from 'vitest';
import { checkAddress } from '../../../../src/bmc/checks/address.ts';
import type { Ask } from '../../../../src/bmc/checks/ask.ts';
import { checkChassis } from '../../../../src/bmc/checks/chassis.ts';
import { checkClock } from '../../../../src/bmc/checks/clock.ts';
import { checkIdentity } from '../../../../src/bmc/checks/identity.ts';
import { checkSlots } from '../../../../src/bmc/checks/slots.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { deadlineIn } from '../../../../src/core/deadline.ts';
import { CodedError, type ErrorCode, errorCatalogue } from '../../../../src/core/errors.ts';
import type { CallLimits } from '../../../../src/core/ports.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';

const address = '192.0.2.11:623';

/** A BMC that answers every question with these bytes, or fails. */
const answering =
  (bytes: readonly number[] | ErrorCode): Ask =>
  async (command) => {
    if (typeof bytes === 'string') throw new CodedError(bytes, 'the BMC said no');
    const decoded = command.decodeResponse(Buffer.from(bytes));
    if (!decoded.ok) throw new CodedError('bmc.protocol', decoded.failure);
    return decoded.value;
  };

const seconds = (value: number): number[] => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [...bytes];
};

describe('the clock', () => {
  const clock = createVirtualClock();
  const now = clock.wallMs() / 1000;
  const check = (answer: readonly number[] | ErrorCode) => checkClock(address, answering(answer), clock);

  test.each([
    ['right', now, 'good', 'right within 60 s'],
    ['60 s behind', now - 60, 'good', 'right within 60 s'],
    ['61 s behind', now - 61, 'warning', '61 s behind ours'],
    ['9 h ahead, as one that keeps local time', now + 9 * 3600, 'warning', '9 h ahead of ours'],
    ['years behind', now - 400 * 86_400, 'warning', '400 days behind ours'],
    ['counting from the start of the BMC', 0x20000000, 'warning', 'is not set'],
    ['never set', 0xffffffff, 'warning', 'is not set'],
  ])('%s', async (_name, value, state, text) => {
    expect(await check(seconds(value))).toMatchObject({ state, message: expect.stringContaining(text) });
  });

  test.each(['bmc.rejected', 'bmc.privilege'] as const)('not told (%s): no fault', async (code) => {
    expect(await check(code)).toMatchObject({ state: 'good', message: `${address} does not tell its time` });
  });

  test('an answer that fails otherwise is a warning with its code', async () => {
    expect(await check('bmc.timeout')).toMatchObject({ state: 'warning', code: 'bmc.timeout' });
    expect(await check([1])).toMatchObject({ state: 'warning', code: 'bmc.protocol' });
  });
});

describe('the session slots', () => {
  const check = (answer: readonly number[] | ErrorCode) => checkSlots(address, answering(answer));

  test.each([
    [4, 1, 'good', '4 of the 4'],
    [4, 3, 'good', '2 of the 4'],
    [4, 4, 'warning', '1 of the 4'],
    [1, 1, 'warning', '1 of the 1'],
    [4, 0, 'good', '4 of the 4'],
    [0, 0, 'good', 'does not tell'],
  ])('%i in all, %i active with the one that asks: %s', async (possible, active, state, text) => {
    const finding = await check([1, possible, active]);
    expect(finding).toMatchObject({ state, message: expect.stringContaining(text) });
  });

  test('not told: no fault', async () => {
    expect(await check('bmc.rejected')).toMatchObject({ state: 'good' });
  });
});

describe('the chassis', () => {
  test.each([
    [0x01, 'warning'],
    [0x21, 'good'],
    [0x41, 'good'],
    [0x61, 'warning'],
  ])('status %i', async (status, restore) => {
    const findings = await checkChassis(address, answering([status, 0, 0]));
    expect(findings).toMatchObject([
      { check: 'power', state: 'good', message: expect.stringContaining('is on') },
      { check: 'restore', state: restore },
    ]);
  });

  test('a power that cannot be read is bad, with the remedy of its code', async () => {
    const findings = await checkChassis(address, answering('bmc.privilege'));
    const { remedy } = errorCatalogue['bmc.privilege'];
    expect(findings).toEqual([
      {
        check: 'power',
        state: 'bad',
        code: 'bmc.privilege',
        message: 'the power cannot be read: the BMC said no',
        remedy,
      },
    ]);
  });
});

describe('the identity', () => {
  const reason = { code: 'bmc.identity', message: 'another' } as const;

  test.each([
    ['known', 'ab', 'good'],
    ['new', 'ab', 'good'],
    ['unchecked', 'ab', 'good'],
    ['known', undefined, 'warning'],
  ] as const)('%s %s: %s', (standing, guid, state) => {
    expect(checkIdentity(address, guid, () => standing)).toMatchObject({ check: 'identity', state });
  });

  test.each([undefined, 'ab'])('the wrong one (%s) is bad', (guid) => {
    expect(checkIdentity(address, guid, () => reason)).toMatchObject({ state: 'bad', ...reason });
  });
});

describe('the address', () => {
  const bench = (resolve: (name: string) => Promise<string>) => {
    const clock = createVirtualClock();
    const limits = (more: Partial<CallLimits> = {}): CallLimits => ({
      deadline: deadlineIn(clock, 10_000),
      priority: 'operator',
      ...more,
    });
    return {
      clock,
      limits,
      check: (host: string, given = limits()) => checkAddress({ clock, resolve }, host, given),
    };
  };
  const unasked = () => Promise.reject(new Error('the name service was asked'));

  test.each(['192.0.2.11', '2001:db8::1'])('%s needs no name service', async (host) => {
    expect(await bench(unasked).check(host)).toMatchObject({ ip: host, finding: { state: 'good' } });
  });

  test('a name is a warning, and spoken to by its address', async () => {
    const { check } = bench(async () => '192.0.2.12');
    expect(await check('bmc2')).toMatchObject({ ip: '192.0.2.12', finding: { state: 'warning' } });
  });

  test('a name service that says nothing is waited for no longer than 3 s', async () => {
    const { clock, check } = bench(() => new Promise(() => undefined));
    const checking = check('bmc2');
    await clock.advance(3000);
    expect(await checking).toMatchObject({ finding: { state: 'bad', code: 'bmc.unreachable' } });
    expect(clock.armed()).toBe(0);
  });

  test('can be called off', async () => {
    const { limits, check } = bench(() => new Promise(() => undefined));
    const abort = createCallOff();
    abort.callOff();
    const { finding, ip } = await check('bmc2', limits({ signal: abort.signal }));
    expect([finding.state, ip]).toEqual(['bad', undefined]);
  });
});
