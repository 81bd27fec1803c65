import type { TrapNotification } from './codec/notification.ts';

/** snmpTrapAddress.0: what a v1 trap calls agent-addr (RFC 3584 section 3.1). */
const snmpTrapAddress = '1.3.6.1.6.3.18.1.3.0';
/** An agent that has no IPv4 address, or does not say it. */
const nobody = '0.0.0.0';

const named = (address: string | undefined): string | undefined => (address === nobody ? undefined : address);

/**
 * Whom a notification says that it is from: agent-addr, else snmpTrapAddress.0; undefined where it says nothing. Only to
 * be believed of a relay, for which every forwarded notification comes from one address.
 */
export const originOf = ({ v1, varbinds }: TrapNotification): string | undefined => {
  const said = varbinds.find(({ oid }) => oid === snmpTrapAddress)?.value;
  return named(v1?.agentAddress) ?? named(said?.type === 'ipAddress' ? said.value : undefined);
};
