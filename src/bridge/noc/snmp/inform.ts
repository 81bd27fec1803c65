import { type Clock, timedOut, within } from '../../../core/clock.ts';
import type { UdpFault, UdpLink } from '../../../io/udp.ts';
import { faultWords } from '../udp-burst.ts';

/** What one exchange came to. */
export type Answer<Value> =
  | { readonly kind: 'answer'; readonly value: Value }
  | { readonly kind: 'fault'; readonly message: string }
  | { readonly kind: 'silence' };

/** Sends a datagram and waits for the first one back that `read` makes sense of. */
export const exchange = async <Value>(
  { clock, link, answerMs }: { readonly clock: Clock; readonly link: UdpLink; readonly answerMs: number },
  datagram: Buffer,
  read: (datagram: Buffer) => Value | undefined,
): Promise<Answer<Value>> => {
  const came = new Promise<Answer<Value>>((resolve) => {
    const onFault = (fault: UdpFault) => resolve({ kind: 'fault', message: faultWords[fault] });
    link.receive((received) => {
      const value = read(received);
      if (value !== undefined) resolve({ kind: 'answer', value });
    }, onFault);
  });
  link.send(datagram);
  const answer = await within(clock, answerMs, came);
  return answer === timedOut ? { kind: 'silence' } : answer;
};
