import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';

const level = {
  encode: (privilege: number): Buffer => Buffer.from([privilege]),
  decode(data: Buffer) {
    if (data.length < 1) return tooShort;
    return ok((data[0] as number) & 0x0f);
  },
};

/** Set Session Privilege Level, IPMI 2.0 section 22.18: asks for a level, answers the one in force. */
export const setSessionPrivilege: IpmiCommand<number, number> = {
  name: 'Set Session Privilege Level',
  netFn: netFns.application,
  command: 0x3b,
  encodeRequest: level.encode,
  decodeRequest: level.decode,
  encodeResponse: level.encode,
  decodeResponse: level.decode,
};
