import { newId } from '../../app/noc-senders.ts';
import type { SnmpNotification } from '../../bridge/noc/snmp/encode.ts';
import { createMessenger } from '../../bridge/noc/snmp/messenger.ts';
import { sendBurst } from '../../bridge/noc/udp-burst.ts';
import { systemClock } from '../../core/clock.ts';
import { CodedError, messageOf } from '../../core/errors.ts';
import { lookupName } from '../../io/resolve.ts';
import { connectUdp, type UdpLink } from '../../io/udp.ts';
import { mostBytes, type RecordedKind, recordedOf, sendRecorded } from '../recorded-trap.ts';
import {
  type CommonOptions,
  type ExitCode,
  exitCodes,
  explainFailure,
  type Terminal,
  table,
} from '../terminal.ts';
import { findTrapSample, loadTrapSamples, notificationOfSample } from '../trap-samples.ts';
import { commandEngine, placeOf, type TrapTargetOptions, trapTargetOf } from '../trap-target.ts';
import { oidOf, varbindsOfWords } from '../varbind-words.ts';

export interface TrapSendOptions extends CommonOptions, TrapTargetOptions {
  readonly hex?: string;
  readonly sample?: string;
}

/** What came of it. `answered` proves that the receiver has it; `sent` proves nothing. */
interface TrapSent {
  readonly to: string;
  readonly version: string;
  readonly kind: RecordedKind;
  readonly trapOid?: string;
  readonly proof: 'answered' | 'sent';
  /** Of a v3 trap: a receiver knows the user at this engine only. */
  readonly engineId?: string;
}

const wrong = (message: string): CodedError => new CodedError('usage', message);

const proofWords = {
  answered: 'answered; the receiver has it',
  sent: 'sent, and nobody objected, which proves no more; look at the receiver',
} as const;

/** What the same notification may have more in an inform of v3, whose receiver has an engine id of its own. */
const spareBytes = 64;

const overLink = async <Value>(
  { host, port }: { readonly host: string; readonly port: number },
  use: (link: UdpLink) => Promise<Value>,
): Promise<Value> => {
  const link = await lookupName(host)
    .then((address) => connectUdp(address, port))
    .catch((error: unknown) => {
      throw new CodedError('trap.notTaken', messageOf(error));
    });
  try {
    return await use(link);
  } finally {
    link.close();
  }
};

/** The datagram that was given, as it is: nothing is put into it, and no secret is wanted for it. */
const sendHex = async (hex: string, { to, json: _json, ...options }: TrapSendOptions): Promise<TrapSent> => {
  const [other] = Object.keys(options).filter((option) => option !== 'hex');
  if (other !== undefined)
    throw wrong(`--hex is sent as it is, once, and nothing beside it has a meaning (${other})`);
  const recorded = recordedOf(hex);
  const { version, kind, trapOid } = recorded;
  const proof = await overLink(placeOf(to), (link) => sendRecorded(systemClock, link, recorded));
  return { to, version, kind, ...(trapOid !== undefined && { trapOid }), proof };
};

/** Counter64 is not of v1 (RFC 3584 section 3.2): its receivers drop the whole trap. */
const checkForV1 = ({ varbinds }: SnmpNotification): void => {
  const { oid } = varbinds.find(({ value }) => value.type === 'counter64') ?? {};
  if (oid !== undefined) throw wrong(`v1 has no Counter64, which ${oid} is`);
};

const saidBy = async (words: readonly string[], { sample }: TrapSendOptions) => {
  if (sample !== undefined) {
    const found = (await findTrapSample(sample)).sample;
    return { notification: notificationOfSample(found), version: found.trap.version };
  }
  const [trapOid = '', ...rest] = words;
  return {
    notification: { trapOid: oidOf(trapOid), varbinds: varbindsOfWords(rest) },
    version: 'v2c',
  };
};

const sendNotification = async (
  terminal: Terminal,
  words: readonly string[],
  options: TrapSendOptions,
): Promise<TrapSent> => {
  const { notification, version: usual } = await saidBy(words, options);
  const version = options.snmp ?? (options.inform && usual === 'v1' ? 'v2c' : usual);
  if (version === 'v1') checkForV1(notification);
  const { target, warnings } = await trapTargetOf(options, version);
  for (const warning of warnings) terminal.error(`noroshi: ${warning}`);
  const own = commandEngine(systemClock, options.engineId);
  const messenger = createMessenger(target, { clock: systemClock, own, newId });
  const { kind } = target.how;
  if (messenger.trap(notification, '0.0.0.0').length > mostBytes - spareBytes)
    throw new RangeError(`${mostBytes} bytes at most`);
  const failure = await overLink(target, async (link) =>
    kind === 'inform'
      ? messenger.inform(link, notification)
      : sendBurst(systemClock, link, [messenger.trap(notification, link.localAddress)]),
  );
  if (failure !== undefined)
    throw new CodedError('trap.notTaken', `the ${version} ${kind} to ${options.to}: ${failure}`);
  return {
    ...{ to: options.to, version, kind, trapOid: notification.trapOid },
    proof: kind === 'inform' ? 'answered' : 'sent',
    ...(version === 'v3' && kind === 'trap' && { engineId: own.id.toString('hex') }),
  };
};

const inWords = ({ to, version, kind, trapOid, proof, engineId }: TrapSent): string[] => [
  `${version} ${kind}${trapOid === undefined ? '' : ` ${trapOid}`} to ${to}: ${proofWords[proof]}`,
  ...(engineId === undefined
    ? []
    : [`  from the engine 0x${engineId}, which the receiver must know the user at`]),
];

/** `noroshi trap send`: one notification, to see what a receiver makes of it. */
export const trapSendCommand = async (
  terminal: Terminal,
  words: readonly string[],
  options: TrapSendOptions,
): Promise<ExitCode> => {
  try {
    const { hex, sample } = options;
    const given = [words.length > 0, hex !== undefined, sample !== undefined].filter(Boolean).length;
    if (given !== 1) throw wrong('give one of a trap OID with its varbinds, --sample and --hex');
    const sent =
      hex === undefined ? await sendNotification(terminal, words, options) : await sendHex(hex, options);
    for (const line of options.json ? [JSON.stringify(sent)] : inWords(sent)) terminal.out(line);
    return exitCodes.done;
  } catch (error) {
    const told =
      error instanceof RangeError ? wrong(`it does not fit into a datagram: ${error.message}`) : error;
    return explainFailure(terminal, told, options);
  }
};

/** `noroshi trap samples`: what `--sample` can send. */
export const trapSamplesCommand = async (terminal: Terminal, options: CommonOptions): Promise<ExitCode> => {
  try {
    const rows = (await loadTrapSamples()).map(({ id, event, sample: { origin, note, trap, events } }) => {
      const { action, text } = events[0] ?? {};
      return { id, event, version: trap.version, origin, action, text: text ?? note };
    });
    if (options.json) terminal.out(JSON.stringify(rows));
    else
      for (const line of table(
        rows.map(({ id, event, version, origin, action, text }) =>
          [id, event, version, origin, action ?? '', text ?? ''].map(String),
        ),
      ))
        terminal.out(line);
    return exitCodes.done;
  } catch (error) {
    return explainFailure(terminal, error, options);
  }
};
