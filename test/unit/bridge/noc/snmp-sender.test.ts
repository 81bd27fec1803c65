import { expect, it } from 'vitest';
import { defaultBaseOid } from '../../../../src/bridge/noc/snmp/objects.ts';
import { createSnmpSender } from '../../../../src/bridge/noc/snmp/sender.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { answerTo } from '../../../../src/snmp-trap/codec/answer.ts';
import { decodeMessage } from '../../../../src/snmp-trap/codec/message.ts';
import { createFakeLink } from '../../../support/fake-link.ts';
import { aNotice } from '../../../support/notices.ts';

const community = new Secret('public');
const { signal } = createCallOff();

const bench = () => {
  const clock = createVirtualClock();
  const link = createFakeLink(clock);
  const connects: string[] = [];
  let id = 0;
  const sender = createSnmpSender(
    {
      ...{ host: 'noc', port: 162, baseOid: defaultBaseOid, answerMs: 5_000, tries: 3 },
      how: { version: 'v2c', kind: 'inform', community },
    },
    {
      clock,
      connect: async (host, port) => {
        connects.push(`${host}:${port}`);
        return link;
      },
      addressOf: async () => '192.0.2.1',
      own: { id: Buffer.alloc(12), boots: 1, time: () => 0 },
      newId: () => ++id,
    },
  );
  /** Answers a datagram as a receiver of informs does. */
  const answer = (datagram: Buffer) => {
    const message = decodeMessage(datagram);
    if (message.ok && message.value.version !== 'v3' && message.value.content.kind === 'inform')
      link.deliver(answerTo(message.value, message.value.content.request));
  };
  return { clock, link, sender, answer, connects };
};

it('sends the next inform when the one before it is answered, over one socket', async () => {
  const { clock, link, sender, answer, connects } = bench();
  const sending = sender.send([aNotice({ seq: 1 }), aNotice({ seq: 2 })], signal);
  await clock.advance(1_000);
  expect(link.sent).toHaveLength(1);
  answer(link.sent[0]?.datagram ?? Buffer.alloc(0));
  await clock.advance(0);
  expect(link.sent).toHaveLength(2);
  answer(link.sent[1]?.datagram ?? Buffer.alloc(0));
  await clock.advance(0);
  expect(await sending).toEqual({ taken: 2 });
  expect(connects).toEqual(['192.0.2.1:162']);
  expect(clock.armed()).toBe(0);
});

it('repeats an inform, and takes no answer to another one for its own', async () => {
  const { clock, link, sender, answer } = bench();
  const sending = sender.send([aNotice()], signal);
  await clock.advance(5_000);
  await clock.advance(5_000);
  expect(link.sent.map(({ atMs }) => atMs)).toEqual([0, 5_000, 10_000]);
  expect(link.sent[2]?.datagram).toEqual(link.sent[0]?.datagram);
  link.deliver(
    Buffer.from(
      '302902010104067075626c6963a21c02047fffffff020100020100300e300c06082b060102010103004300',
      'hex',
    ),
  );
  answer(link.sent[2]?.datagram ?? Buffer.alloc(0));
  await clock.advance(0);
  expect(await sending).toEqual({ taken: 1 });
});

it('fails after its tries, and says how', async () => {
  const { clock, link, sender } = bench();
  const silent = sender.send([aNotice()], signal);
  await clock.advance(15_000);
  expect(await silent).toEqual({ taken: 0, failure: 'it does not answer' });
  link.onSend = () => link.fault('refused');
  const closed = sender.send([aNotice()], signal);
  await clock.advance(15_000);
  expect(await closed).toEqual({ taken: 0, failure: 'nobody listens there (ICMP port unreachable)' });
});
