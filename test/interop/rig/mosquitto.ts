import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { bounded, until } from '../../support/bounded.ts';
import { peerPath } from '../../support/peers.ts';
import { atEnd } from './endings.ts';

const limitMs = 10_000;
export const brokerHost = '127.0.0.1';

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** A program that goes on until it is ended, with the test file at the latest; setpriv ends it with this process. */
const launch = (program: string, args: readonly string[], cwd: string) => {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (signal: NodeJS.Signals) => {
    if (!ended(child)) for (const name of ['SIGCONT', signal] as const) child.kill(name);
    await bounded(gone, limitMs, `the end of ${program}`);
    over();
  };
  const over = atEnd({ stop: () => end('SIGKILL'), kill: () => void child.kill('SIGKILL') });
  return { child, output: () => output, end };
};

export const freeTcpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, brokerHost, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, brokerHost);
    const told = (value: boolean) => () => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', told(true));
    socket.once('error', told(false));
  });

/** Debian's Mosquitto on a port of its own. */
export interface Mosquitto {
  readonly port: number;
  readonly folder: string;
  /** What it logged since it was started last. */
  log(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Freezes it: connections stand, and nothing answers. */
  pause(): void;
  resume(): void;
}

/** A folder for a broker and the files that its configuration names; it goes with the test file. */
export const createBrokerFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-mosquitto-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  atEnd({ stop: async () => remove(), kill: remove });
  return folder;
};

/** Starts a broker; `lines` of its configuration come after those of its listener. */
export const startMosquitto = async (
  lines: readonly string[] = ['allow_anonymous true'],
  folder = createBrokerFolder(),
): Promise<Mosquitto> => {
  const port = await freeTcpPort();
  const own = [`user ${userInfo().username}`, 'log_type all', `listener ${port} ${brokerHost}`];
  writeFileSync(join(folder, 'mosquitto.conf'), `${[...own, ...lines].join('\n')}\n`);
  let running: ReturnType<typeof launch> | undefined;
  const start = async () => {
    const broker = launch(peerPath('mosquitto'), ['-c', 'mosquitto.conf'], folder);
    running = broker;
    await until(
      () => {
        if (ended(broker.child)) throw new Error(`mosquitto ended. It said: ${broker.output()}`);
        return answers(port);
      },
      limitMs,
      'the port of mosquitto',
    );
  };
  await start();
  return {
    ...{ port, folder, start },
    log: () => running?.output() ?? '',
    async stop() {
      await running?.end('SIGTERM');
    },
    pause: () => void running?.child.kill('SIGSTOP'),
    resume: () => void running?.child.kill('SIGCONT'),
  };
};

/** One message that `mosquitto_sub` saw. */
export interface Seen {
  readonly retained: boolean;
  readonly topic: string;
  readonly payload: string;
}

export interface Subscriber {
  seen(): Seen[];
  end(): Promise<void>;
}

const parseLine = (line: string): Seen => {
  const [, retained, topic = '', payload = ''] = /^([01]) (\S+) ?(.*)$/.exec(line) ?? [];
  return { retained: retained === '1', topic, payload };
};

/** `mosquitto_sub` on everything, in a session that lives on in the broker while it is away. */
export const subscribe = async (broker: Mosquitto, more: readonly string[] = []): Promise<Subscriber> => {
  const place = ['-h', brokerHost, '-p', String(broker.port)];
  const session = ['-c', '-q', '1', '-i', `watcher-${process.pid}-${broker.port}`];
  const args = [...place, ...session, '-t', 'noroshi/#', '-F', '%r %t %p', ...more];
  const { output, end } = launch(peerPath('mosquitto_sub'), args, broker.folder);
  await until(() => broker.log().includes('Sending SUBACK to watcher-'), limitMs, 'the subscription');
  const seen = () => output().split('\n').slice(0, -1).map(parseLine);
  return { seen, end: () => end('SIGTERM') };
};

/** What the broker retains now, by topic. */
export const retained = (broker: Mosquitto, more: readonly string[] = []): Map<string, string> => {
  const place = ['-h', brokerHost, '-p', String(broker.port), '-t', 'noroshi/#', '-F', '%r %t %p', '-W', '1'];
  const { stdout } = spawnSync(peerPath('mosquitto_sub'), [...place, ...more], { encoding: 'utf8' });
  const lines = stdout.split('\n').slice(0, -1).map(parseLine);
  return new Map(lines.flatMap((line) => (line.retained ? [[line.topic, line.payload]] : [])));
};

/** Adds a user to the file `passwords` of this folder. */
export const setPassword = (folder: string, user: string, password: string): void => {
  const create = existsSync(join(folder, 'passwords')) ? [] : ['-c'];
  const args = ['-b', ...create, 'passwords', user, password];
  execFileSync(peerPath('mosquitto_passwd'), args, { cwd: folder, stdio: 'pipe' });
};

const openssl = (folder: string, ...args: string[]) =>
  execFileSync(peerPath('openssl'), args, { cwd: folder, stdio: 'pipe' });

const key = (name: string) => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-keyout',
  `${name}.key`,
];

/** An authority (`ca.crt`), a broker and a client (`broker`, `client`: `.crt` and `.key`) that it signed. */
export const createCertificates = (folder: string): void => {
  openssl(
    folder,
    'req',
    '-x509',
    ...key('ca'),
    '-out',
    'ca.crt',
    '-subj',
    '/CN=test authority',
    '-days',
    '2',
  );
  for (const name of ['broker', 'client']) {
    openssl(folder, 'req', ...key(name), '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=IP:${brokerHost}\n`);
    const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    openssl(
      folder,
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      '-out',
      `${name}.crt`,
      '-extfile',
      `${name}.ext`,
    );
  }
};

/** How often clients were taken, or refused, by the log of the broker. */
export const countLog = (broker: Mosquitto, pattern: RegExp): number =>
  [...broker.log().matchAll(new RegExp(pattern, 'g'))].length;
