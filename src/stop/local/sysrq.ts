import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import { type Finding, failed, good } from '../../core/finding.ts';
import { localActions } from '../../core/outcome.ts';
import type { LocalReadiness, LocalStopPort, StopReply } from '../../core/ports.ts';
import { hasSysrq, sysrqKeys } from '../../core/sysrq.ts';

/** Neither creates nor empties anything, and does not wait for a reader where something else has this name. */
const openTrigger = (trigger: string): number =>
  openSync(trigger, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);

const unable = (message: string) => ({ code: 'local.unable' as const, message });

/** The write is the act: what was opened and then refused the key may have taken it. */
const press = (trigger: string, key: string): StopReply => {
  let fd: number;
  try {
    fd = openTrigger(trigger);
  } catch (error) {
    return { kind: 'notSent', reason: unable(`${trigger} cannot be opened: ${messageOf(error)}`) };
  }
  try {
    writeSync(fd, key);
    return { kind: 'accepted' };
  } catch (error) {
    const message = `${trigger} did not take ${key}: ${messageOf(error)}`;
    return { kind: 'unanswered', reason: { code: 'local.failed', message } };
  } finally {
    closeSync(fd);
  }
};

const lookAt = (trigger: string): Finding => {
  try {
    closeSync(openTrigger(trigger));
    return good('sysrq', `${trigger} may be written; it was opened and nothing was written`);
  } catch (error) {
    return failed('sysrq', 'bad', unable(`${trigger} cannot be opened: ${messageOf(error)}`));
  }
};

/**
 * Stops the own server by the kernel, without any hardware beside it. The file is written in this very thread:
 * it lies in memory, and the threads that write files may all hang in the disk that is the reason for all this.
 * What kernel.sysrq forbids at the keyboard is allowed here; a key that this kernel was built without is taken and does
 * nothing, which shows when the server still runs. No sync (`s`) goes before it: see docs/decisions.md.
 */
export const createLocalSysrq = (trigger: string): LocalStopPort => ({
  async act(action): Promise<StopReply> {
    if (hasSysrq(action)) return press(trigger, sysrqKeys[action]);
    const message = `the kernel has no sysrq for ${action}, and nothing else is done in its place`;
    return { kind: 'notSent', reason: unable(message) };
  },
  async examine(): Promise<LocalReadiness> {
    const finding = lookAt(trigger);
    return { actions: finding.state === 'good' ? localActions.filter(hasSysrq) : [], findings: [finding] };
  },
});
