import { type Clock, timedOut, within } from '../../core/clock.ts';
import type { UdpFault, UdpLink } from '../../io/udp.ts';

/** How long the host at the other end has to say that nobody listens (ICMP); most say nothing either way. */
const objectionMs = 100;

export const faultWords: Readonly<Record<UdpFault, string>> = {
  refused: 'nobody listens there (ICMP port unreachable)',
  unreachable: 'the network has no way there',
};

/** Sends datagrams that nobody answers; the fault that was heard soon after, or undefined, which proves nothing. */
export const sendBurst = async (
  clock: Clock,
  link: UdpLink,
  datagrams: readonly Buffer[],
): Promise<string | undefined> => {
  const objection = new Promise<UdpFault>((resolve) => link.receive(() => {}, resolve));
  for (const datagram of datagrams) link.send(datagram);
  const heard = await within(clock, objectionMs, objection);
  return heard === timedOut ? undefined : faultWords[heard];
};
