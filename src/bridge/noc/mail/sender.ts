import type { CallOffSignal } from '../../../core/call-off.ts';
import { type Clock, sleep } from '../../../core/clock.ts';
import { messageOf } from '../../../core/errors.ts';
import type { Sent } from '../../spool/sink.ts';
import { type Notice, withoutControls } from '../notice.ts';
import type { NoticeSender } from '../sender.ts';
import { createAllowance } from './allowance.ts';
import { digestOf, letterOf } from './letter.ts';
import type { Post } from './post.ts';

/** Notices in one digest. */
export const mostInDigest = 100;
const mostErrorText = 300;

export interface MailSenderDeps {
  readonly clock: Clock;
  readonly post: Post;
  /** Mails that may go out at once, and how long until another one may. */
  readonly burst: number;
  readonly everyMs: number;
}

/** What the server said may be long and may hold anything. */
const failureOf = (error: unknown): string => withoutControls(messageOf(error)).slice(0, mostErrorText);

/**
 * Sends notices as mails: one for each, until the allowance runs low; then those that wait go together in one. The last
 * mail of the allowance is always kept for such a digest.
 */
export const createMailSender = ({ clock, post, burst, everyMs }: MailSenderDeps): NoticeSender => {
  const allowance = createAllowance(clock, { burst, everyMs });

  const digest = async (notices: readonly Notice[], signal: CallOffSignal): Promise<Sent> => {
    const waitMs = allowance.waitMs();
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    if (signal.calledOff) return { taken: 0 };
    const [only, second] = notices;
    await post(only && !second ? letterOf(only) : digestOf(notices));
    allowance.take();
    return { taken: notices.length };
  };

  return {
    window: mostInDigest,
    proof: 'answered',
    async send(notices, signal) {
      let taken = 0;
      try {
        if (notices.length > allowance.left() - 1) return await digest(notices, signal);
        for (const notice of notices) {
          if (signal.calledOff) break;
          await post(letterOf(notice));
          allowance.take();
          taken += 1;
        }
        return { taken };
      } catch (error) {
        return { taken, failure: failureOf(error) };
      }
    },
    async close() {},
  };
};
