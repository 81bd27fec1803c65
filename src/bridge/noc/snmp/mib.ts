import { arcs, mostTextBytes, noticeObjects } from './objects.ts';

const enterprises = '1.3.6.1.4.1.';

/** The base as the MIB writes it. */
const placeOf = (baseOid: string): string => {
  const known = baseOid.startsWith(enterprises);
  const rest = known ? baseOid.slice(enterprises.length) : baseOid.replace(/^1\./, '');
  return `{ ${known ? 'enterprises' : 'iso'} ${rest.split('.').join(' ')} }`;
};

const indented = (lines: readonly string[], separator = ',\n'): string =>
  lines.map((line) => `        ${line}`).join(separator);

const objectText = ({ name, syntax, describe }: (typeof noticeObjects)[number], index: number): string =>
  `${name} OBJECT-TYPE
    SYNTAX      ${syntax}
    MAX-ACCESS  accessible-for-notify
    STATUS      current
    DESCRIPTION "${describe}"
    ::= { noroshiObjects ${index + 1} }
`;

const notifications = [
  ['noroshiRaised', 'Something began that somebody should see to.'],
  ['noroshiCleared', 'It is over: noroshiKey is that of the notification that raised it.'],
  ['noroshiNoted', 'It is so; nothing will clear it.'],
] as const;

const objectList = (): string => `    OBJECTS {\n${indented(noticeObjects.map(({ name }) => name))}\n    }`;

const notificationText = ([name, describe]: (typeof notifications)[number], index: number): string =>
  `${name} NOTIFICATION-TYPE
${objectList()}
    STATUS      current
    DESCRIPTION "${describe}"
    ::= { noroshiNotifications ${index + 1} }
`;

const conformance = (): string => `noroshiCompliance MODULE-COMPLIANCE
    STATUS      current
    DESCRIPTION "A gateway sends all of it."
    MODULE
    MANDATORY-GROUPS { noroshiObjectGroup, noroshiNotificationGroup }
    ::= { noroshiConformance 1 }

noroshiObjectGroup OBJECT-GROUP
${objectList()}
    STATUS      current
    DESCRIPTION "What every notification carries."
    ::= { noroshiConformance 2 }

noroshiNotificationGroup NOTIFICATION-GROUP
    NOTIFICATIONS {
${indented(notifications.map(([name]) => name))}
    }
    STATUS      current
    DESCRIPTION "All notifications."
    ::= { noroshiConformance 3 }
`;

const head = (baseOid: string): string => `NOROSHI-MIB DEFINITIONS ::= BEGIN

-- What the Noroshi gateway tells a NOC. Written by \`noroshi noc mib\`; do not edit.
-- The place of this module is noc.baseOid of the configuration.

IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE, Integer32, Unsigned32, ${baseOid.startsWith(enterprises) ? 'enterprises' : 'iso'}
        FROM SNMPv2-SMI
    TEXTUAL-CONVENTION, DateAndTime
        FROM SNMPv2-TC
    MODULE-COMPLIANCE, OBJECT-GROUP, NOTIFICATION-GROUP
        FROM SNMPv2-CONF;

noroshi MODULE-IDENTITY
    LAST-UPDATED "202611210000Z"
    ORGANIZATION "Noroshi"
    CONTACT-INFO "The operator of the gateway."
    DESCRIPTION
        "Notifications of the Noroshi gateway: hardware and power of an HA
        cluster. Every event that raises something has one that clears it,
        under the same noroshiKey."
    REVISION "202611210000Z"
    DESCRIPTION "First version."
    ::= ${placeOf(baseOid)}

NoroshiText ::= TEXTUAL-CONVENTION
    DISPLAY-HINT "${mostTextBytes}t"
    STATUS      current
    DESCRIPTION "Text in UTF-8 without control characters."
    SYNTAX      OCTET STRING (SIZE (0..${mostTextBytes}))

noroshiNotifications OBJECT IDENTIFIER ::= { noroshi ${arcs.notifications} }
noroshiObjects       OBJECT IDENTIFIER ::= { noroshi ${arcs.objects} }
noroshiConformance   OBJECT IDENTIFIER ::= { noroshi ${arcs.conformance} }
`;

/** The MIB module for this base OID (RFC 2578). */
export const mibText = (baseOid: string): string =>
  [
    head(baseOid),
    ...noticeObjects.map(objectText),
    ...notifications.map(notificationText),
    conformance(),
    'END\n',
  ].join('\n');
