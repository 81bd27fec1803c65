import { pause } from './job.ts';
import { type Procedure, readPatiently, sendOnce } from './procedure.ts';
import { pollPauseMs } from './settings.ts';

/** Switches the server on: sent once at most, then read until it is on. */
export const forceOn: Procedure = async (context) => {
  const { clock, job } = context;
  let sentMs: number | undefined;
  for (;;) {
    const outcome = await readPatiently(context);
    if ('ending' in outcome) return outcome.ending;
    const { proof, askedMs } = outcome.value;
    if (proof.power === 'on') return { kind: 'proved', proof };
    if (sentMs === undefined) {
      const sent = await sendOnce(context, 'on');
      if ('ending' in sent) return sent.ending;
      sentMs = clock.nowMs();
      continue;
    }
    const nowMs = clock.nowMs();
    await pause(clock, job, pollPauseMs(nowMs - sentMs, nowMs - askedMs));
  }
};
