import { isUtf8 } from 'node:buffer';
import type { TrapsConfig } from '../config/traps-section.ts';
import type { EventData, NewEvent } from '../events/catalogue.ts';
import type { TrapNotification, Varbind } from '../snmp-trap/codec/notification.ts';

type VarbindData = EventData<'trap.received'>['varbinds'][number];

/** What one trap may take in the journal: the rest of it is left out, and `cut` says so. */
const most = { varbinds: 32, valueBytes: 256, characters: 4096 };

/** Control characters but tab, line feed and carriage return: octets with these are no text. */
const notText = /[^\P{Cc}\t\r\n]/u;

/** A value that was cut in the middle of a character is told as hex. */
const textOf = (bytes: Buffer): string | undefined => {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return notText.test(text) ? undefined : text;
};

const readable = ({ value }: Varbind): Pick<VarbindData, 'text' | 'hex'> => {
  switch (value.type) {
    case 'null':
      return {};
    case 'octetString':
    case 'opaque': {
      const bytes = value.value.subarray(0, most.valueBytes);
      const text = textOf(bytes);
      return text === undefined ? { hex: bytes.toString('hex') } : { text };
    }
    default:
      return { text: String(value.value) };
  }
};

const isCut = ({ value }: Varbind): boolean =>
  (value.type === 'octetString' || value.type === 'opaque') && value.value.length > most.valueBytes;

const sizeOf = ({ oid, text = '', hex = '' }: VarbindData): number => oid.length + text.length + hex.length;

const dataOf = (varbinds: readonly Varbind[]): Pick<EventData<'trap.received'>, 'varbinds' | 'cut'> => {
  const kept: VarbindData[] = [];
  let characters = 0;
  for (const varbind of varbinds.slice(0, most.varbinds)) {
    const one = { oid: varbind.oid, type: varbind.value.type, ...readable(varbind) };
    characters += sizeOf(one);
    if (characters > most.characters) break;
    kept.push(one);
  }
  const cut = kept.length < varbinds.length || varbinds.some(isCut);
  return { varbinds: kept, ...(cut && { cut }) };
};

/**
 * The event a notification becomes. `isServer` tells which names of the configuration are servers; a trap can be
 * forged, so what the event says of a server is what somebody claims.
 */
export const trapEvent = (
  notification: TrapNotification,
  { sources }: Pick<TrapsConfig, 'sources'>,
  isServer: (name: string) => boolean,
): NewEvent => {
  const { version, kind, source, trapOid, uptimeTicks, varbinds, v1 } = notification;
  const name = sources.get(source.address) ?? source.address;
  return {
    type: 'trap.received',
    source: 'snmp-trap',
    data: {
      source: source.address,
      name,
      ...(isServer(name) && { server: name }),
      ...{ version, kind, trapOid, uptimeTicks },
      ...dataOf(varbinds),
      ...(v1 && { v1: { ...v1 } }),
    },
  };
};
