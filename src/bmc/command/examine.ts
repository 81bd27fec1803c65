import type { Clock } from '../../core/clock.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { bad, type Check, type Finding, failed, good, warning } from '../../core/finding.ts';
import type { BmcSession, CallLimits, JudgeGuid } from '../../core/ports.ts';
import { runProgram } from '../../io/program.ts';
import { type AddressDeps, checkAddress } from '../checks/address.ts';
import { checkIdentity } from '../checks/identity.ts';
import { reasonOf } from '../checks/reason.ts';
import { type CommandOptions, usesSuite0 } from '../drivers/command-options.ts';
import { compilePattern } from '../drivers/command-patterns.ts';

export interface ExamineCommandsDeps {
  readonly clock: Clock;
  readonly resolve: AddressDeps['resolve'];
  readonly options: CommandOptions;
  readonly searchPath: string;
  readonly open: (limits: CallLimits) => Promise<BmcSession>;
  readonly judge: JudgeGuid;
}

const versionLimitMs = 2000;

const install = 'Install it, or correct the command lines in the device definition.';

/** Whether the program is there, and which version. It is run without secrets and touches no BMC. */
const checkTool = async (
  { clock, options, searchPath }: ExamineCommandsDeps,
  limits: CallLimits,
): Promise<Finding> => {
  const [program = ''] = options.power.line;
  if (!options.version) return good('tool', `this BMC is spoken to by ${program}`);
  const { line, pattern } = options.version;
  const { end, stdout, stderr } = await runProgram(line, {
    clock,
    environment: { PATH: searchPath, LC_ALL: 'C' },
    limitMs: Math.min(versionLimitMs, limits.deadline.remainingMs()),
    signal: limits.signal,
  });
  if (end.kind === 'notStarted') {
    const message = `${line[0]} cannot be started: ${end.message}`;
    return failed('tool', 'bad', { code: 'bmc.command', message }, install);
  }
  const found = compilePattern(pattern).exec(`${stdout}\n${stderr}`)?.[1];
  if (found !== undefined) return good('tool', `${line[0]} is installed, version ${found.slice(0, 40)}`);
  return warning('tool', `${line[0]} is installed, but does not tell its version`, install);
};

const checkSuite = (address: string, options: CommandOptions): Finding[] =>
  usesSuite0(options)
    ? [
        bad(
          'suite',
          `the lines for ${address} use cipher suite 0: it is unauthenticated, checks no password, and neither side is proved to be who it says`,
          'Use a model whose lines have authentication (ipmiutil, ipmitool, freeipmi or ipmi), and switch suite 0 off in the BMC.',
        ),
      ]
    : [];

const checkPrivilege = (address: string, { privilege }: CommandOptions): Finding[] => {
  if (privilege !== 'user') return [];
  const message = `the user of ${address} logs in at the privilege user, and Chassis Control needs operator`;
  const remedy = 'Say privilege: operator in the configuration, and give the user that level in the BMC.';
  return [failed('privilege', 'bad', { code: 'bmc.privilege', message }, remedy)];
};

const checkPower = async (address: string, session: BmcSession, limits: CallLimits): Promise<Finding> => {
  try {
    return good('power', `${address} says that its server is ${await session.readPower(limits)}`);
  } catch (error) {
    const { code, message } = reasonOf(error);
    return failed('power', 'bad', { code, message: `the power cannot be read: ${message}` });
  }
};

/** What a failed login is about. */
const checkOf: Partial<Record<ErrorCode, Check>> = {
  'bmc.cipherSuite': 'suite',
  'bmc.privilege': 'privilege',
  'bmc.sessionFull': 'slots',
  'bmc.command': 'tool',
};

/**
 * Examines a BMC that is spoken to by a program: the program, the address, a login with the identity, and the
 * read that every proof rests on. Runs no line that acts, and never throws.
 */
export const examineCommands = async (
  deps: ExamineCommandsDeps,
  limits: CallLimits,
): Promise<readonly Finding[]> => {
  const { options } = deps;
  const address = `${options.host}:${options.port}`;
  const tool = await checkTool(deps, limits);
  const { finding: where, ip } = await checkAddress(deps, options.host, limits);
  const before = [tool, where, ...checkSuite(address, options), ...checkPrivilege(address, options)];
  if (tool.state === 'bad' || ip === undefined) return before;
  let session: BmcSession;
  try {
    session = await deps.open(limits);
  } catch (error) {
    const reason = reasonOf(error);
    return [...before, failed(checkOf[reason.code] ?? 'login', 'bad', reason)];
  }
  try {
    return [
      ...before,
      good(
        'login',
        `${options.power.line[0]} logged in at ${address} as ${options.user || 'the anonymous user'}`,
      ),
      checkIdentity(address, session.guid, deps.judge),
      await checkPower(address, session, limits),
    ];
  } finally {
    await session.close();
  }
};
