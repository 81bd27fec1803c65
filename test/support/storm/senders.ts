import type { Varbind } from '../../../src/snmp-trap/codec/notification.ts';
import { encodeV2 } from '../../../src/snmp-trap/codec/notification-encoder.ts';

/** What one datagram says, as the rules of the built-in definitions have it. */
export interface Saying {
  readonly datagram: Buffer;
  readonly kind: 'trap' | 'inform';
  /** Missing where it is about no condition. */
  readonly condition?: {
    readonly key: string;
    readonly category: string;
    readonly keyword: string;
    readonly begins: boolean;
  };
}

export const community = 'public';

interface V2 {
  readonly trapOid: string;
  readonly varbinds?: readonly Varbind[];
  readonly kind?: 'trap' | 'inform';
}

const v2 = ({ trapOid, varbinds = [], kind = 'trap' }: V2): Buffer =>
  encodeV2({ kind, community, requestId: 4711, uptimeTicks: 99, trapOid, varbinds });

/** The same words are encoded once: a storm says them by the thousand. */
const remembered = <Args extends readonly (string | number | boolean)[]>(say: (...args: Args) => Saying) => {
  const said = new Map<string, Saying>();
  return (...args: Args): Saying => {
    const name = args.join(' ');
    const before = said.get(name) ?? say(...args);
    said.set(name, before);
    return before;
  };
};

/** linkDown or linkUp of an interface (RFC 2863). */
export const link = remembered((begins: boolean, index: number, kind: 'trap' | 'inform') => ({
  kind,
  datagram: v2({
    trapOid: `1.3.6.1.6.3.1.1.5.${begins ? 3 : 4}`,
    varbinds: [{ oid: `1.3.6.1.2.1.2.2.1.1.${index}`, value: { type: 'integer', value: index } }],
    kind,
  }),
  condition: { key: `link/${index}`, category: 'NIC', keyword: `link${index}`, begins },
}));

/** Alarms of a UPS that are neither critical nor told by another trap, from battery bad to fan failure (RFC 1628). */
const alarms = [1, 5, 9, 13, 16] as const;
export const upsAlarms = alarms.length;

/** upsTrapAlarmEntryAdded or ...Removed. */
export const upsAlarm = remembered((begins: boolean, which: number, kind: 'trap' | 'inform') => {
  const alarm = `1.3.6.1.2.1.33.1.6.3.${alarms[which]}`;
  return {
    kind,
    datagram: v2({
      trapOid: `1.3.6.1.2.1.33.2.${begins ? 3 : 4}`,
      varbinds: [{ oid: '1.3.6.1.2.1.33.1.6.2.1.2.7', value: { type: 'oid', value: alarm } }],
      kind,
    }),
    condition: { key: `alarm/${alarm}`, category: 'UPS', keyword: alarm, begins },
  };
});

/** coldStart, warmStart or authenticationFailure: told, and about no condition. */
export const news = remembered((which: 1 | 2 | 5) => ({
  kind: 'trap',
  datagram: v2({ trapOid: `1.3.6.1.6.3.1.1.5.${which}` }),
}));

/** One of many kinds that no rule knows. */
export const unheardOf = remembered((which: number) => ({
  kind: 'trap',
  datagram: v2({ trapOid: `1.3.6.1.4.1.99999.1.0.${which}` }),
}));

/** From somebody who does not know the community. */
export const forged: Saying = {
  kind: 'trap',
  datagram: encodeV2({
    ...{ kind: 'trap', community: 'guess', requestId: 1, uptimeTicks: 1 },
    ...{ trapOid: '1.3.6.1.6.3.1.1.5.3', varbinds: [] },
  }),
};
