import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { atEnd } from '../interop/rig/endings.ts';

export interface SmtpOptions {
  /** Offers STARTTLS with these. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Wants this login (AUTH PLAIN). */
  readonly login?: { readonly user: string; readonly password: string };
}

/** One mail as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, as they came. */
  readonly data: string;
  readonly encrypted: boolean;
  readonly user?: string;
}

/** A mail server of the least kind (RFC 5321) for tests. */
export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  /** What it answers to every RCPT from now on; 250 by default. */
  answerRecipients(line: string): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Talk {
  encrypted: boolean;
  user?: string;
  from: string;
  to: string[];
  data?: string[];
}

const addressIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';

export const startSmtpServer = async ({ tls, login }: SmtpOptions = {}): Promise<SmtpServer> => {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  let recipients = '250 ok';
  let port = 0;
  let server: Server;

  const isLogin = (line: string): boolean => {
    const [, user = '', password = ''] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
      .toString('utf8')
      .split('\0');
    return user === login?.user && password === login.password;
  };
  const greeting = ({ encrypted }: Talk): string =>
    [
      '250-test',
      ...(tls && !encrypted ? ['250-STARTTLS'] : []),
      ...(login ? ['250-AUTH PLAIN'] : []),
      '250 8BITMIME',
    ].join('\r\n');
  const take = (talk: Talk, line: string): string | undefined => {
    if (talk.data) {
      if (line !== '.') {
        talk.data.push(line);
        return undefined;
      }
      const { from, to, data, encrypted, user } = talk;
      mails.push({
        from,
        to: [...to],
        data: data.join('\n'),
        encrypted,
        ...(user !== undefined && { user }),
      });
      delete talk.data;
      talk.to = [];
      return '250 taken';
    }
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') return greeting(talk);
    if (verb === 'AUTH') {
      if (!isLogin(line)) return '535 5.7.8 no such login';
      if (login) talk.user = login.user;
      return '235 welcome';
    }
    if (verb === 'MAIL') {
      if (login && talk.user === undefined) return '530 log in first';
      talk.from = addressIn(line);
      return '250 ok';
    }
    if (verb === 'RCPT') {
      if (recipients.startsWith('250')) talk.to.push(addressIn(line));
      return recipients;
    }
    if (verb === 'DATA') {
      talk.data = [];
      return '354 go on';
    }
    if (verb === 'STAR') return '502 not here';
    return verb === 'QUIT' ? '221 bye' : '250 ok';
  };

  const converse = (socket: Socket, talk: Talk): void => {
    let rest = '';
    const say = (text: string) => socket.write(`${text}\r\n`);
    socket.on('error', () => {});
    const onData = (bytes: Buffer) => {
      rest += bytes.toString('utf8');
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 2);
        if (tls && line.toUpperCase() === 'STARTTLS') {
          say('220 go on');
          socket.removeListener('data', onData);
          const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) });
          return converse(secure, { ...talk, encrypted: true });
        }
        const answer = take(talk, line);
        if (answer !== undefined) say(answer);
      }
    };
    socket.on('data', onData);
  };

  const start = async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.write('220 test\r\n');
      converse(socket, { encrypted: false, from: '', to: [] });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') port = address.port;
  };
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await start();
  atEnd({ stop, kill: () => {} });
  return {
    get port() {
      return port;
    },
    mails,
    answerRecipients(line) {
      recipients = line;
    },
    start,
    stop,
  };
};
