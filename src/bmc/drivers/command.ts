import type { Clock } from '../../core/clock.ts';
import { CodedError } from '../../core/errors.ts';
import type { BmcPort, BmcSession, CallLimits, ControlReply, IdentifyRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { resolveName } from '../../io/resolve.ts';
import { createEndable } from '../client/endable.ts';
import { examineCommands } from '../command/examine.ts';
import { type FailurePattern, guidIn, type Reply, theOne } from '../command/reply.ts';
import { handSecrets, scrubber, secretsFailureText } from '../command/secrets.ts';
import { withLogin } from '../command/template.ts';
import { createTool, type Order, type ToolDeps } from '../command/tool.ts';
import type { CommandOptions } from './command-options.ts';
import { compilePattern } from './command-patterns.ts';

export interface CommandDeps extends ToolDeps {
  readonly clock: Clock;
  readonly password: Secret;
  readonly kg: Secret | undefined;
}

/** Runs one line of the definition with one cipher suite. */
export type RunLine = (
  line: readonly string[],
  suite: number,
  limits: CallLimits,
  more?: { readonly kind?: Order['kind']; readonly accepted?: RegExp | undefined; readonly seconds?: number },
) => Promise<Reply>;

const errorOf = ({ reason }: Extract<Reply, { ok: false }>): CodedError =>
  new CodedError(reason.code, reason.message);

const failuresOf = (options: CommandOptions): FailurePattern[] =>
  options.failures.map(({ match, code, proves }) => ({ match: compilePattern(match), code, proves }));

const compileOptional = (source: string | undefined): RegExp | undefined =>
  source === undefined ? undefined : compilePattern(source);

/** Throws where the secrets cannot be handed to this tool at all: then nothing is ever run. */
const createRunLine = (options: CommandOptions, deps: CommandDeps): RunLine => {
  const { host, port, user, privilege, privilegeWords } = options;
  const address = `${host}:${port}`;
  const secrets = { password: deps.password, kg: deps.kg, user };
  const handed = handSecrets(
    {
      environment: options.environment,
      secretFile: options.secretFile,
      refuses: compileOptional(options.secretFileRefuses),
    },
    secrets,
  );
  const tool = createTool(deps);
  const failures = failuresOf(options);
  const scrub = scrubber(secrets);
  const values = { host, port: String(port), user, privilege: privilegeWords[privilege] };
  return async (line, suite, limits, { kind = 'read', accepted, seconds = 0 } = {}) => {
    if (!handed.ok) {
      const code = handed.failure === 'noKg' ? 'bmc.kg' : 'bmc.command';
      const message = `${address} ${secretsFailureText[handed.failure]}`;
      return { ok: false, reason: { code, message }, proves: 'notSent' };
    }
    const order: Order = {
      line: withLogin(line, options.login),
      kind,
      secrets: handed.value,
      limitMs: options.timeLimitSeconds * 1000,
      values: {
        ...values,
        cipherSuite: String(suite),
        seconds: String(seconds),
        secondsHex: seconds.toString(16).padStart(2, '0').toUpperCase(),
      },
      reading: { program: line[0] ?? '', address, failures, accepted, scrub },
    };
    return tool.run(order, limits);
  };
};

const readPowerBy = (options: CommandOptions, run: RunLine) => {
  const { line, on, off } = options.power;
  const patterns = { on: compilePattern(on), off: compilePattern(off) };
  return async (suite: number, limits: CallLimits): Promise<'on' | 'off'> => {
    const reply = await run(line, suite, limits);
    if (!reply.ok) throw errorOf(reply);
    const power = theOne(reply.stdout, patterns);
    if (power) return power;
    throw new CodedError(
      'bmc.command',
      `the output of ${line[0]} for ${options.host} says neither on nor off`,
    );
  };
};

/** The BMC's GUID; a command that the BMC itself rejects means that it has none to give. */
const readGuidBy = (options: CommandOptions, run: RunLine) => {
  const { guid, host } = options;
  if (!guid) return undefined;
  const pattern = compilePattern(guid.pattern);
  return async (suite: number, limits: CallLimits): Promise<string | undefined> => {
    const reply = await run(guid.line, suite, limits);
    if (!reply.ok && reply.proves === 'rejected') return undefined;
    if (!reply.ok) throw errorOf(reply);
    const found = guidIn(reply.stdout, pattern, guid.bytes);
    if (found === undefined) {
      throw new CodedError('bmc.command', `the output of ${guid.line[0]} for ${host} holds no GUID`);
    }
    return found === 'none' ? undefined : found;
  };
};

const noLine = (what: string): CodedError =>
  new CodedError('bmc.command', `the definition of this model has no line for ${what}`);

const controlBy =
  (options: CommandOptions, run: RunLine) =>
  async (
    command: Parameters<BmcSession['control']>[0],
    suite: number,
    limits: CallLimits,
  ): Promise<ControlReply> => {
    if (limits.deadline.passed()) {
      const message = 'the deadline passed before sending';
      return { kind: 'notSent', reason: { code: 'fence.deadline', message } };
    }
    const line = options.control[command];
    if (!line) {
      const { code, message } = noLine(command);
      return { kind: 'notSent', reason: { code, message } };
    }
    const accepted = compileOptional(options.control.accepted);
    const reply = await run(line, suite, limits, { kind: 'act', accepted });
    if (reply.ok) return { kind: 'accepted' };
    return { kind: reply.proves ?? 'unanswered', reason: reply.reason };
  };

const identifyBy =
  (options: CommandOptions, run: RunLine) =>
  async (request: IdentifyRequest, suite: number, limits: CallLimits): Promise<void> => {
    const { timed, indefinite, off } = options.identify;
    const [line, seconds] =
      request === 'off' ? [off, 0] : request === 'indefinite' ? [indefinite, 0] : [timed, request.seconds];
    if (!line) throw noLine(`identify ${typeof request === 'string' ? request : 'for a while'}`);
    const accepted = compileOptional(options.identify.accepted);
    const reply = await run(line, suite, limits, { kind: 'act', accepted, seconds });
    if (!reply.ok) throw errorOf(reply);
  };

/**
 * A BMC that is spoken to by another program, one process for each question. There is no session between
 * them: every command logs in and out by itself, and a killed one may leave its slot to the BMC's idle limit.
 */
export const createCommandBmc = (options: CommandOptions, deps: CommandDeps): BmcPort => {
  const runLine = createRunLine(options, deps);
  const work = createEndable();
  /** The same, but called off when the port is closed. */
  const run: RunLine = (line, suite, limits, more) =>
    work.run(limits.signal, (signal) => runLine(line, suite, { ...limits, signal }, more));
  const readPower = readPowerBy(options, run);
  const readGuid = readGuidBy(options, run);
  const control = controlBy(options, run);
  const identify = identifyBy(options, run);
  let learned: number | undefined;

  const enter = async (suite: number, limits: CallLimits): Promise<string | undefined> => {
    if (readGuid) return readGuid(suite, limits);
    await readPower(suite, limits);
    return undefined;
  };

  /** The suites in their order, the one that worked last time first. */
  const login = async (limits: CallLimits): Promise<{ suite: number; guid: string | undefined }> => {
    const suites = [...new Set([...(learned === undefined ? [] : [learned]), ...options.cipherSuites])];
    for (const suite of suites) {
      try {
        const guid = await enter(suite, limits);
        learned = suite;
        return { suite, guid };
      } catch (error) {
        const refused = error instanceof CodedError && error.code === 'bmc.cipherSuite';
        if (!refused || suite === suites.at(-1)) throw error;
      }
    }
    throw new CodedError('bmc.cipherSuite');
  };

  const open = async (limits: CallLimits): Promise<BmcSession> => {
    const { suite, guid } = await login(limits);
    return {
      guid,
      readPower: (within) => readPower(suite, within),
      control: (command, within) => control(command, suite, within),
      identify: (request, within) => identify(request, suite, within),
      readIdentify: async () => undefined,
      close: async () => {},
    };
  };

  return {
    open,
    examine: (limits, judge) =>
      work.run(limits.signal, (signal) =>
        examineCommands(
          { clock: deps.clock, resolve: resolveName, options, searchPath: deps.searchPath, open, judge },
          { ...limits, signal },
        ),
      ),
    close: () => work.end(),
  };
};
