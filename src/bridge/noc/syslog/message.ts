import type { Severity } from '../../../events/catalogue.ts';
import { type Notice, withoutControls } from '../notice.ts';
import { utf8Bytes } from '../utf8.ts';

/** RFC 5424 section 6.2.1. */
export const facilities = {
  ...{ user: 1, daemon: 3, syslog: 5 },
  ...{ local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23 },
} as const;
export type Facility = keyof typeof facilities;

/** Critical 2, warning 4, notice 5, informational 6 (RFC 5424 section 6.2.1). */
const numbers: Readonly<Record<Severity, number>> = { critical: 2, warning: 4, notice: 5, info: 6 };

/** The enterprise number that RFC 5612 keeps for examples: Noroshi has none of its own. */
const structureId = 'noroshi@32473';

/** Printable ASCII without spaces, so long at most (RFC 5424 section 6); `-` where nothing is left. */
const word = (text: string, most: number): string => text.replace(/[^!-~]/g, '').slice(0, most) || '-';

/** RFC 5424 section 6.3.3: these three are escaped, and nothing else. */
const escaped = (value: string): string => withoutControls(value).replace(/["\\\]]/g, '\\$&');

const structured = (values: Readonly<Record<string, string | number | undefined>>): string => {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return `[${structureId} ${pairs.map(([name, value]) => `${name}="${escaped(String(value))}"`).join(' ')}]`;
};

/**
 * A notice as one message of RFC 5424, in UTF-8 without a BOM (section 6.4: MSG-ANY), which receivers print more often
 * than they drop. Only the sentence is cut to fit `mostBytes`.
 */
export const syslogMessage = (
  notice: Notice,
  { facility, mostBytes }: { readonly facility: Facility; readonly mostBytes: number },
): Buffer => {
  const { key, state, severity, server, type, seq, at, alert, cluster, gateway, text } = notice;
  const priority = facilities[facility] * 8 + numbers[severity];
  const data = structured({
    ...{ key, state, severity, server, seq, cluster },
    ...(alert && { alertModule: alert.module, alertId: alert.id }),
  });
  const head = `<${priority}>1 ${at} ${word(gateway, 255)} noroshi - ${word(type, 32)} ${data} `;
  return utf8Bytes(`${head}${withoutControls(text)}`, mostBytes);
};

export const framings = ['octetCounted', 'newline'] as const;

/** How a message is told from the next on a stream (RFC 6587 section 3.4; RFC 5425 has the first only). */
export const framed = (message: Buffer, framing: (typeof framings)[number]): Buffer =>
  framing === 'newline'
    ? Buffer.concat([message, Buffer.of(0x0a)])
    : Buffer.concat([Buffer.from(`${message.length} `), message]);
