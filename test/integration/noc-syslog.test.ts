import { createSocket } from 'node:dgram';
import { expect, onTestFinished, test } from 'vitest';
import { createSyslogSender, type SyslogTarget } from '../../src/bridge/noc/syslog/sender.ts';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { connectUdp } from '../../src/io/udp.ts';
import { until } from '../support/bounded.ts';
import { freeUdpPort } from '../support/free-port.ts';
import { startByteServer } from '../support/line-servers.ts';
import { aNotice } from '../support/notices.ts';

const { signal } = createCallOff();

const senderTo = (port: number, transport: SyslogTarget['transport']) => {
  const sender = createSyslogSender(
    { host: '127.0.0.1', port, facility: 'local0', mostBytes: 2048, transport },
    { clock: systemClock, connect: connectUdp, addressOf: async (host) => host },
  );
  onTestFinished(() => sender.close());
  return sender;
};

/** The messages of an octet-counted stream; a count that is wrong makes a message that begins elsewhere. */
const countedIn = (text: string): string[] => {
  const messages: string[] = [];
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.subarray(0, space).toString());
    messages.push(rest.subarray(space + 1, space + 1 + length).toString());
    rest = rest.subarray(space + 1 + length);
  }
  return messages;
};

test('over UDP, one datagram each', async () => {
  const heard: string[] = [];
  const receiver = createSocket('udp4', (datagram) => heard.push(datagram.toString()));
  await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void receiver.close());
  const sender = senderTo(receiver.address().port, { over: 'udp' });
  expect(await sender.send([aNotice(), aNotice({ seq: 2 })], signal)).toEqual({ taken: 2 });
  await until(() => heard.length === 2, 5_000, 'both datagrams');
  expect(heard[0]).toMatch(
    /^<130>1 2026-11-21T01:02:03.456Z server1 noroshi - fence.finished \[noroshi@32473 /,
  );
});

test('over UDP, a closed port is a failure', async () => {
  const sender = senderTo(await freeUdpPort(), { over: 'udp' });
  expect(await sender.send([aNotice()], signal)).toEqual({
    taken: 0,
    failure: 'nobody listens there (ICMP port unreachable)',
  });
});

test('over TCP, with counted octets, also in Japanese', async () => {
  const server = await startByteServer();
  const sender = senderTo(server.port, { over: 'tcp', framing: 'octetCounted' });
  const notices = [1, 2, 3].map((seq) => aNotice({ seq, text: `サーバ server2 ${seq}` }));
  expect(await sender.send(notices, signal)).toEqual({ taken: 3 });
  expect(await sender.send([aNotice({ seq: 4 })], signal)).toEqual({ taken: 1 });
  await until(() => server.text().includes('seq="4"'), 5_000, 'the last message');
  expect(countedIn(server.text()).map((message) => message.split('] ')[1])).toEqual([
    'サーバ server2 1',
    'サーバ server2 2',
    'サーバ server2 3',
    'Forced stop of server2 FAILED.',
  ]);
  expect(server.connections()).toBe(1);
});

test('over TCP, a server that goes away and comes back has every message', async () => {
  const server = await startByteServer();
  const sender = senderTo(server.port, { over: 'tcp', framing: 'newline' });
  expect(await sender.send([aNotice({ seq: 1 })], signal)).toEqual({ taken: 1 });
  await server.stop();
  const refused = await sender.send([aNotice({ seq: 2 })], signal);
  expect(refused.taken).toBe(0);
  expect(refused.failure).toMatch(/closed|ECONN|EPIPE/);
  await server.start();
  expect(await sender.send([aNotice({ seq: 2 }), aNotice({ seq: 3 })], signal)).toEqual({ taken: 2 });
  await until(() => server.text().includes('seq="3"'), 5_000, 'the last message');
  const lines = server.text().trimEnd().split('\n');
  expect(lines.map((line) => /seq="(\d)"/.exec(line)?.[1])).toEqual(['1', '2', '3']);
});
