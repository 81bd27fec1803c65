import { expect, test } from 'vitest';
import { createPost, type MailTarget } from '../../src/bridge/noc/mail/post.ts';
import { createMailSender } from '../../src/bridge/noc/mail/sender.ts';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { aNotice } from '../support/notices.ts';
import { startSmtpServer } from '../support/smtp-server.ts';

const { signal } = createCallOff();

const senderTo = (port: number, change: Partial<MailTarget> = {}) => {
  const target: MailTarget = {
    ...{ host: '127.0.0.1', port, security: 'none', name: '127.0.0.1' },
    ...{ from: 'noroshi@example.com', to: ['noc@example.com', 'night@example.com'] },
    ...change,
  };
  const post = createPost(target, async (host) => host);
  return createMailSender({ clock: systemClock, post, burst: 10, everyMs: 60_000 });
};

const headerOf = (data: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\n[ \t].*)*)`, 'm').exec(data)?.[1]?.replace(/\n\s+/g, ' ') ?? '';

/** RFC 2047: words in base64 or in quoted-printable. */
const decoded = (header: string): string =>
  header.replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=\s*/gi, (_whole, form: string, text: string) => {
    if (form.toUpperCase() === 'B') return Buffer.from(text, 'base64').toString('utf8');
    const hex = text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/gi, (_one, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      );
    return Buffer.from(hex, 'latin1').toString('utf8');
  });

const bodyOf = (data: string): string => {
  const [head = '', ...parts] = data.split('\n\n');
  const body = parts.join('\n\n');
  if (/base64/i.test(headerOf(head, 'Content-Transfer-Encoding')))
    return Buffer.from(body, 'base64').toString('utf8');
  const joined = body.replace(/=\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_one, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
};

test('one mail for each notice, with who and what in its subject', async () => {
  const server = await startSmtpServer();
  const sender = senderTo(server.port);
  expect(await sender.send([aNotice(), aNotice({ state: 'clear', severity: 'info' })], signal)).toEqual({
    taken: 2,
  });
  expect(server.mails).toHaveLength(2);
  const [first, second] = server.mails;
  expect(first).toMatchObject({ from: 'noroshi@example.com', to: ['noc@example.com', 'night@example.com'] });
  expect(headerOf(first?.data ?? '', 'Subject')).toBe(
    '[prod-a] RAISE critical server2: Forced stop of server2 FAILED.',
  );
  expect(headerOf(second?.data ?? '', 'Subject')).toContain('CLEAR info server2');
  expect(first?.data).toContain('server1/fence/server2');
  expect(headerOf(first?.data ?? '', 'Auto-Submitted')).toBe('auto-generated');
});

test('Japanese arrives as Japanese', async () => {
  const server = await startSmtpServer();
  const text = 'サーバ server2 の強制停止 (off) に失敗しました。電源オフを確認できません (bmc.timeout)。';
  expect(await senderTo(server.port).send([aNotice({ text })], signal)).toEqual({ taken: 1 });
  const { data = '' } = server.mails[0] ?? {};
  expect(decoded(headerOf(data, 'Subject'))).toBe(`[prod-a] RAISE critical server2: ${text}`);
  expect(bodyOf(data)).toContain(text);
  expect(/^[\n\x20-\x7e\t]*$/.test(data), 'only ASCII on the wire').toBe(true);
});

test('many at once go together in one', async () => {
  const server = await startSmtpServer();
  const notices = Array.from({ length: 40 }, (_, index) => aNotice({ text: `Message ${index}` }));
  expect(await senderTo(server.port).send(notices, signal)).toEqual({ taken: 40 });
  expect(server.mails).toHaveLength(1);
  expect(headerOf(server.mails[0]?.data ?? '', 'Subject')).toBe('[prod-a] 40 messages, critical at most');
  for (const { text } of notices) expect(bodyOf(server.mails[0]?.data ?? '')).toContain(text);
});

test('a server without STARTTLS gets nothing, unless that was asked for', async () => {
  const server = await startSmtpServer();
  const { taken, failure } = await senderTo(server.port, { security: 'starttls' }).send([aNotice()], signal);
  expect(taken).toBe(0);
  expect(failure).toMatch(/STARTTLS|TLS/);
  expect(server.mails).toEqual([]);
});

test('a refused login or recipient is a failure that says so, without the password', async () => {
  const login = { user: 'noroshi', password: 'right' };
  const server = await startSmtpServer({ login });
  const wrong = { user: 'noroshi', password: new Secret('wr0ng-passw0rd') };
  const refused = await senderTo(server.port, { login: wrong }).send([aNotice()], signal);
  expect(refused).toMatchObject({ taken: 0, failure: expect.stringContaining('535') });
  expect(refused.failure).not.toContain('wr0ng');
  const good = { user: 'noroshi', password: new Secret('right') };
  server.answerRecipients('451 try again later');
  const later = await senderTo(server.port, { login: good }).send([aNotice()], signal);
  expect(later).toMatchObject({ taken: 0, failure: expect.stringContaining('451') });
  server.answerRecipients('250 ok');
  expect(await senderTo(server.port, { login: good }).send([aNotice()], signal)).toEqual({ taken: 1 });
  expect(server.mails[0]?.user).toBe('noroshi');
});

test('a server that is away is a failure', async () => {
  const server = await startSmtpServer();
  await server.stop();
  expect(await senderTo(server.port).send([aNotice()], signal)).toMatchObject({
    taken: 0,
    failure: expect.stringContaining('ECONNREFUSED'),
  });
});
