import { describe, expect, test } from 'vitest';
import { rmcpPlusPacket } from '../../../../src/bmc/client/datagram.ts';
import { createExchange, defaultTiming } from '../../../../src/bmc/client/exchange.ts';
import { createSession } from '../../../../src/bmc/client/session.ts';
import { cipherSuites } from '../../../../src/bmc/ipmi/cipher-suites.ts';
import { chassisControl } from '../../../../src/bmc/ipmi/commands/chassis-control.ts';
import { closeSession } from '../../../../src/bmc/ipmi/commands/close-session.ts';
import { getChassisStatus } from '../../../../src/bmc/ipmi/commands/get-chassis-status.ts';
import { completionCodes } from '../../../../src/bmc/ipmi/completion-codes.ts';
import { decodeRequest, encodeResponse, type RequestMessage } from '../../../../src/bmc/ipmi/message.ts';
import { payloadTypes } from '../../../../src/bmc/ipmi/packet.ts';
import { type Protection, seal, unseal } from '../../../../src/bmc/ipmi/sealed.ts';
import { deadlineIn } from '../../../../src/core/deadline.ts';
import { createLane } from '../../../../src/core/lane.ts';
import type { CallLimits } from '../../../../src/core/ports.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { createFakeLink } from '../../../support/fake-link.ts';

const consoleSessionId = 0xa0a1a2a3;
const bmcSessionId = 0x01020304;
const statusOn = Buffer.from([0x01, 0, 0]);
const statusOff = Buffer.from([0x00, 0, 0]);

const suite17 = cipherSuites.get(17);
if (!suite17) throw new Error('suite 17 is gone');
const protection: Protection = {
  suite: suite17,
  keys: { integrityKey: Buffer.alloc(32, 1), encryptionKey: Buffer.alloc(16, 2) },
};

interface Heard extends RequestMessage {
  readonly packetSequence: number;
  readonly sessionId: number;
}

interface Reply {
  readonly completionCode?: number;
  readonly data?: Buffer;
  /** The packet's number in the session; the next one where absent. */
  readonly packetSequence?: number;
  readonly sessionId?: number;
  readonly messageSequence?: number;
  readonly command?: number;
  readonly spoil?: boolean;
}

const bench = () => {
  const clock = createVirtualClock();
  const link = createFakeLink(clock);
  const exchange = createExchange({
    link,
    clock,
    lane: createLane(),
    timing: defaultTiming,
    address: 'bmc:623',
  });
  const established = { protection, consoleSessionId, bmcSessionId, guid: Buffer.alloc(16) };
  const session = createSession({ exchange, clock, address: 'bmc:623', established });
  const limits = (deadlineMs = 15_000): CallLimits => ({
    deadline: deadlineIn(clock, deadlineMs),
    priority: 'forcedStop',
  });

  const hear = (datagram: Buffer): Heard => {
    const packet = rmcpPlusPacket(datagram);
    const payload = packet && unseal(protection, datagram, packet);
    const message = payload?.ok ? decodeRequest(payload.value) : undefined;
    if (!packet || !message?.ok) throw new Error('the session sent something unreadable');
    return { ...message.value, packetSequence: packet.sequence, sessionId: packet.sessionId };
  };
  const heard = () => link.sent.map(({ datagram }) => hear(datagram));

  let bmcSequence = 0;
  const reply = (request: Heard, given: Reply = {}) => {
    bmcSequence = given.packetSequence ?? bmcSequence + 1;
    const message = encodeResponse({
      netFn: request.netFn,
      command: given.command ?? request.command,
      sequence: given.messageSequence ?? request.sequence,
      completionCode: given.completionCode ?? 0,
      data: given.data ?? statusOn,
    });
    const datagram = seal(protection, {
      payloadType: payloadTypes.ipmiMessage,
      sessionId: given.sessionId ?? consoleSessionId,
      sequence: bmcSequence,
      payload: message,
    });
    if (given.spoil) datagram[datagram.length - 1] = (datagram.at(-1) ?? 0) ^ 0xff;
    link.deliver(datagram);
  };
  /** Answers what was sent last. */
  const answer = (given: Reply = {}) => {
    const last = heard().at(-1);
    if (!last) throw new Error('nothing was sent');
    reply(last, given);
  };
  /** Answers everything from now on. */
  const answerAlways = (given: () => Reply) => {
    link.onSend = (datagram) => reply(hear(datagram), given());
  };
  const read = () => session.request(getChassisStatus, undefined, limits());
  return { clock, link, session, limits, heard, answer, answerAlways, read };
};

describe('numbers', () => {
  test('every packet of a session has the next number, a repeated one too, from 1', async () => {
    const { clock, read, heard, answer } = bench();
    const reading = read();
    await clock.advance(1000);
    answer();
    await reading;
    const again = read();
    await clock.advance(0);
    answer();
    await again;
    expect(heard().map(({ packetSequence }) => packetSequence)).toEqual([1, 2, 3, 4]);
    expect(heard().map(({ sequence }) => sequence)).toEqual([1, 1, 1, 2]);
    expect(heard().every(({ sessionId }) => sessionId === bmcSessionId)).toBe(true);
  });

  test('message numbers start over after 63', async () => {
    const { read, heard, answerAlways } = bench();
    answerAlways(() => ({}));
    for (let count = 0; count < 65; count += 1) await read();
    expect(heard().at(62)?.sequence).toBe(63);
    expect(heard().at(63)?.sequence).toBe(0);
    expect(heard().at(64)?.sequence).toBe(1);
  });

  const strays: { name: string; stray: Reply }[] = [
    { name: 'of another session', stray: { sessionId: 0x55555555 } },
    { name: 'to another message', stray: { messageSequence: 9 } },
    { name: 'to another command', stray: { command: 0x37 } },
    { name: 'with a wrong signature', stray: { spoil: true } },
    { name: 'with the number 0', stray: { packetSequence: 0 } },
  ];
  test.each(strays)('an answer $name is dropped', async ({ stray }) => {
    const { clock, read, answer } = bench();
    const reading = read();
    await clock.advance(10);
    answer({ ...stray, data: statusOff });
    await clock.advance(10);
    answer({ packetSequence: 2, data: statusOn });
    await clock.advance(0);
    expect((await reading).power).toBe('on');
  });

  test('an answer that comes twice, or from far behind, answers no later question', async () => {
    const { clock, read, answer } = bench();
    const first = read();
    await clock.advance(10);
    answer({ packetSequence: 40, data: statusOff });
    await first;
    const second = read();
    await clock.advance(10);
    answer({ packetSequence: 40, data: statusOff });
    answer({ packetSequence: 20, data: statusOff });
    await clock.advance(10);
    answer({ packetSequence: 41, data: statusOn });
    expect((await second).power).toBe('on');
  });
});

describe('completion codes', () => {
  test('a busy BMC is asked again every 100 ms until it has time', async () => {
    const { clock, read, heard, answerAlways } = bench();
    let busy = 3;
    answerAlways(() => {
      busy -= 1;
      return busy >= 0 ? { completionCode: completionCodes.busy } : {};
    });
    const reading = read();
    await clock.advance(300);
    expect((await reading).power).toBe('on');
    expect(heard()).toHaveLength(4);
    expect(clock.armed()).toBe(0);
  });

  test('a BMC that stays busy is given up before the deadline', async () => {
    const { clock, session, limits, answerAlways } = bench();
    answerAlways(() => ({ completionCode: completionCodes.initializing }));
    const reading = session.request(getChassisStatus, undefined, limits(1000));
    const failed = expect(reading).rejects.toMatchObject({ code: 'bmc.busy' });
    await clock.advance(1000);
    await failed;
    expect(clock.armed()).toBe(0);
  });

  test.each([
    { completionCode: completionCodes.insufficientPrivilege, code: 'bmc.privilege' },
    { completionCode: completionCodes.notInPresentState, code: 'bmc.state' },
    { completionCode: completionCodes.invalidCommand, code: 'bmc.rejected' },
  ])('$completionCode is $code, at once', async ({ completionCode, code }) => {
    const { read, heard, answerAlways } = bench();
    answerAlways(() => ({ completionCode }));
    await expect(read()).rejects.toMatchObject({ code });
    expect(heard()).toHaveLength(1);
  });

  test('an answer that is too short to read is a protocol fault', async () => {
    const { read, answerAlways } = bench();
    answerAlways(() => ({ data: Buffer.alloc(1) }));
    await expect(read()).rejects.toMatchObject({ code: 'bmc.protocol' });
  });
});

describe('a command that must not be repeated', () => {
  const once = ({ session, limits }: ReturnType<typeof bench>) =>
    session.requestOnce(chassisControl, 'on', limits());

  test('leaves once, also where no answer comes, and is given up after a second', async () => {
    const here = bench();
    const failed = expect(once(here)).rejects.toMatchObject({ code: 'bmc.timeout' });
    await here.clock.advance(1000);
    await failed;
    await here.clock.advance(10_000);
    expect(here.heard()).toHaveLength(1);
  });

  test.each([completionCodes.ok, completionCodes.busy, completionCodes.notInPresentState])(
    'answers the completion code %i without trying again',
    async (completionCode) => {
      const here = bench();
      here.answerAlways(() => ({ completionCode }));
      expect(await once(here)).toBe(completionCode);
      expect(here.heard()).toHaveLength(1);
    },
  );

  test.each([completionCodes.timeout, 0xce, completionCodes.duplicate, 0xff])(
    'is not called rejected where the BMC does not know whether it was done (%i)',
    async (completionCode) => {
      const here = bench();
      here.answerAlways(() => ({ completionCode }));
      await expect(once(here)).rejects.toMatchObject({ name: 'CodedError' });
      expect(here.heard()).toHaveLength(1);
    },
  );
});

describe('closing', () => {
  test('names the session of the BMC and closes the link', async () => {
    const { session, heard, answerAlways, link, clock } = bench();
    answerAlways(() => ({ data: Buffer.alloc(0) }));
    await session.close();
    const [goodbye] = heard();
    expect(goodbye?.command).toBe(closeSession.command);
    expect(goodbye?.data.readUInt32LE(0)).toBe(bmcSessionId);
    expect(link.isOpen()).toBe(false);
    expect(clock.armed()).toBe(0);
  });

  test('takes 700 ms at most where nobody answers, and never throws', async () => {
    const { session, clock, link } = bench();
    const closing = session.close();
    await clock.advance(700);
    await closing;
    expect(link.isOpen()).toBe(false);
    expect(clock.armed()).toBe(0);
  });

  test('never throws where the BMC forgot the session', async () => {
    const { session, answerAlways, link } = bench();
    answerAlways(() => ({ completionCode: completionCodes.unknownSession }));
    await session.close();
    expect(link.isOpen()).toBe(false);
  });
});
