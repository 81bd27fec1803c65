import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { codeOf, messageOf } from '../core/errors.ts';
import { type Finding, failed, good } from '../core/finding.ts';
import type { KdumpPort, StopPort } from '../core/ports.ts';

/** One method of a chain, with what an examination needs of it. */
export type ExaminedMethod = { readonly limitSeconds?: number | undefined } & (
  | { readonly method: 'bmc' | 'nmiWait' }
  | { readonly method: 'kdumpWait'; readonly port: Pick<KdumpPort, 'open'> }
  | { readonly method: 'script'; readonly file: string; readonly port: StopPort }
);

/** What one method showed. */
export interface MethodExamination {
  readonly method: ExaminedMethod;
  readonly findings: readonly Finding[];
}

const isBad = ({ state }: Finding): boolean => state === 'bad';
const isSound = (findings: readonly Finding[]): boolean => !findings.some(isBad);

const checkRemedy =
  'Run it by hand with CLP_FORCESTOP_MODE=0, CLP_SERVER_DOWN and CLP_SERVER_LOCAL, and mend what it complains of.';

/** Whether a script could be started, and what its own check says: without that it would have to stop something. */
const examineScript = async (
  clock: Clock,
  { file, port }: Extract<ExaminedMethod, { method: 'script' }>,
  limitMs: number,
): Promise<Finding> => {
  try {
    await access(file, constants.X_OK);
  } catch (error) {
    const message = `${file} could not be started: ${messageOf(error)}`;
    return failed('script', 'bad', { code: 'script.notStarted', message });
  }
  if (!port.check)
    return good('script', `${file} is there and may be executed; it was not tried (no supportsCheck)`);
  const reason = await port.check({ deadline: deadlineIn(clock, limitMs), priority: 'operator' });
  if (reason) return failed('script', 'bad', reason, checkRemedy);
  return good('script', `${file} says that it could stop the server (CLP_FORCESTOP_MODE=0)`);
};

/** No dump is worth a forced stop: where nobody can wait for one, that is a warning. */
const examineKdump = async (port: Pick<KdumpPort, 'open'>): Promise<Finding> => {
  try {
    await port.open();
    return good('kdump', 'the port for messages of crash kernels is open');
  } catch (error) {
    const reason = { code: codeOf(error) ?? 'kdump.notBound', message: messageOf(error) };
    return failed('kdump', 'warning', reason);
  }
};

/** Looks at what a method needs beside the BMC, within `limitMs`. Changes nothing, and never throws. */
export const examineMethod = async (
  clock: Clock,
  method: ExaminedMethod,
  limitMs: number,
): Promise<MethodExamination> => {
  switch (method.method) {
    case 'script':
      return { method, findings: [await examineScript(clock, method, limitMs)] };
    case 'kdumpWait':
      return { method, findings: [await examineKdump(method.port)] };
    case 'bmc':
    case 'nmiWait':
      return { method, findings: [] };
  }
};

/** Whether a method could prove now that the server is off; a wait for a dump never can. */
export const couldProve = (
  { method, findings }: MethodExamination,
  bmcFindings: readonly Finding[],
): boolean => {
  switch (method.method) {
    case 'bmc':
      return isSound(bmcFindings);
    case 'script':
      return isSound(findings) && (method.port.provesOff || isSound(bmcFindings));
    case 'nmiWait':
    case 'kdumpWait':
      return false;
  }
};

const proofWords = (method: ExaminedMethod): string => {
  switch (method.method) {
    case 'bmc':
      return 'powers off, and proves that by reading the power';
    case 'script':
      return method.port.provesOff
        ? `runs ${method.file}, whose success counts as proof`
        : `runs ${method.file}, which proves nothing by itself: the BMC reads the power then`;
    case 'nmiWait':
      return 'gives time for a dump, and proves nothing';
    case 'kdumpWait':
      return 'waits while a dump is written, and proves nothing';
  }
};

/** One line for each method in their order: its time, and what it can prove. */
export const chainFindings = (methods: readonly ExaminedMethod[]): Finding[] =>
  methods.map((method, index) => {
    const time = method.limitSeconds === undefined ? 'the rest of the deadline' : `${method.limitSeconds} s`;
    return good('chain', `${index + 1}. ${method.method} (${time}): ${proofWords(method)}`);
  });

/** What is bad of one method, where another one would work. */
export const soften = (finding: Finding): Finding =>
  finding.state === 'bad' ? { ...finding, state: 'warning' } : finding;
