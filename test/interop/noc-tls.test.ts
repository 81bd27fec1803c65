import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createPost, type MailTarget } from '../../src/bridge/noc/mail/post.ts';
import { createSyslogSender } from '../../src/bridge/noc/syslog/sender.ts';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { connectUdp } from '../../src/io/udp.ts';
import { until } from '../support/bounded.ts';
import { startByteServer } from '../support/line-servers.ts';
import { aNotice } from '../support/notices.ts';
import { describeWithPeers } from '../support/peers.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { createCertificates } from './rig/mosquitto.ts';

const { signal } = createCallOff();

describeWithPeers(['openssl'], 'syslog and mail over TLS', () => {
  let folder = '';
  const pem = (name: string) => readFileSync(join(folder, name));
  const server = () => ({ cert: pem('broker.crt'), key: pem('broker.key') });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'noroshi-tls-'));
    createCertificates(folder);
  });

  const syslogTo = (port: number, name: string, trust: object) => {
    const transport = { over: 'tls', name, trust } as const;
    const sender = createSyslogSender(
      { host: '127.0.0.1', port, facility: 'local0', mostBytes: 2048, transport },
      { clock: systemClock, connect: connectUdp, addressOf: async (host) => host },
    );
    onTestFinished(() => sender.close());
    return sender;
  };

  test('syslog goes to a server whose certificate is right, and to no other', async () => {
    const logs = await startByteServer(server());
    const trusted = syslogTo(logs.port, '127.0.0.1', { ca: pem('ca.crt') });
    expect(await trusted.send([aNotice({ seq: 1 })], signal)).toEqual({ taken: 1 });
    await until(() => logs.text().includes('seq="1"'), 5_000, 'the message');
    const stranger = await syslogTo(logs.port, '127.0.0.1', {}).send([aNotice()], signal);
    expect(stranger).toMatchObject({ taken: 0, failure: expect.stringMatching(/certificate|self.signed/) });
    const misnamed = await syslogTo(logs.port, 'logs.example.com', { ca: pem('ca.crt') }).send(
      [aNotice()],
      signal,
    );
    expect(misnamed).toMatchObject({ taken: 0, failure: expect.stringContaining('logs.example.com') });
  });

  test('syslog shows its own certificate where the server wants one', async () => {
    const logs = await startByteServer({ ...server(), ca: pem('ca.crt'), requestCert: true });
    const identity = { cert: pem('client.crt'), key: pem('client.key') };
    const known = syslogTo(logs.port, '127.0.0.1', { ca: pem('ca.crt'), identity });
    expect(await known.send([aNotice({ seq: 2 })], signal)).toEqual({ taken: 1 });
    await until(() => logs.text().includes('seq="2"'), 5_000, 'the message');
    const unknown = await syslogTo(logs.port, '127.0.0.1', { ca: pem('ca.crt') }).send([aNotice()], signal);
    expect(unknown.taken).toBe(0);
  });

  test('mail logs in over STARTTLS, and not at a server it cannot trust', async () => {
    const login = { user: 'noroshi', password: 'right' };
    const smtp = await startSmtpServer({ tls: server(), login });
    const target: MailTarget = {
      ...{ host: '127.0.0.1', port: smtp.port, security: 'starttls', name: '127.0.0.1' },
      ...{ from: 'noroshi@example.com', to: ['noc@example.com'] },
      login: { user: 'noroshi', password: new Secret('right') },
    };
    const letter = { subject: 'test', text: 'test' };
    await createPost({ ...target, ca: pem('ca.crt') }, async (host) => host)(letter);
    expect(smtp.mails).toMatchObject([{ encrypted: true, user: 'noroshi' }]);
    await expect(createPost(target, async (host) => host)(letter)).rejects.toThrow(/certificate|self.signed/);
    expect(smtp.mails).toHaveLength(1);
  });
});
