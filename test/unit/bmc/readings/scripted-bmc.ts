import type { Ask } from '../../../../src/bmc/checks/ask.ts';
import { completionError } from '../../../../src/bmc/client/failures.ts';
import { CodedError } from '../../../../src/core/errors.ts';

/** What a scripted BMC says to one command: data, or a completion code; silence is `bmc.timeout`. */
export type Said = Buffer | number | 'silence';

/** A BMC of a test: commands by name, each a function of the request's data. Every question is in `asked`. */
export const scriptedBmc = (answers: Readonly<Record<string, (data: Buffer) => Said>>) => {
  const asked: string[] = [];
  const ask: Ask = async (command, request) => {
    asked.push(command.name);
    const said = answers[command.name]?.(command.encodeRequest(request)) ?? 0xc1;
    if (said === 'silence') throw new CodedError('bmc.timeout');
    if (typeof said === 'number') throw completionError('bmc:623', command.name, said);
    const decoded = command.decodeResponse(said);
    if (!decoded.ok) throw new CodedError('bmc.protocol', decoded.failure);
    return decoded.value;
  };
  const count = (name: string) => asked.filter((one) => one === name).length;
  return { ask, asked, count };
};

export const uint16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
