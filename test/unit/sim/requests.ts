import { type ChassisControl, chassisControl } from '../../../src/bmc/ipmi/commands/chassis-control.ts';
import { closeSession } from '../../../src/bmc/ipmi/commands/close-session.ts';
import {
  getSessionInfo,
  type SessionInfo,
  type SessionInfoRequest,
} from '../../../src/bmc/ipmi/commands/get-session-info.ts';
import type { ResponseMessage } from '../../../src/bmc/ipmi/message.ts';
import type { Bench } from './bench.ts';
import { createTestConsole, type OpenConsole, type Request } from './test-console.ts';

/** Requests that tests send again and again. */
export const chassisStatus: Request = { netFn: 0, command: 0x01 };
export const deviceId: Request = { netFn: 6, command: 0x01 };
export const selTime: Request = { netFn: 0x0a, command: 0x48 };
export const systemGuid: Request = { netFn: 6, command: 0x37 };
export const identify: Request = { netFn: 0, command: 0x04, data: Buffer.from([5]) };

export const control = (order: ChassisControl): Request => ({
  netFn: 0,
  command: 0x02,
  data: chassisControl.encodeRequest(order),
});

export const setPrivilege = (level: number): Request => ({
  netFn: 6,
  command: 0x3b,
  data: Buffer.from([level]),
});

export const close = (id: number): Request => ({
  netFn: 6,
  command: 0x3c,
  data: closeSession.encodeRequest(id),
});

/** A session that may give orders. */
export const administrator = (bench: Bench, peer = 'console'): OpenConsole => {
  const console = createTestConsole({ bmc: bench.bmc, peer }).login();
  if (console.ask(setPrivilege(4))?.completionCode !== 0) throw new Error('privilege refused');
  return console;
};

export const powerOf = (response: ResponseMessage | undefined): 'on' | 'off' | 'silence' => {
  if (response?.completionCode !== 0) return 'silence';
  return ((response.data[0] as number) & 1) === 1 ? 'on' : 'off';
};

export const sessionInfo = (console: OpenConsole, request: SessionInfoRequest): SessionInfo | undefined => {
  const data = getSessionInfo.encodeRequest(request);
  const response = console.ask({ netFn: 6, command: 0x3d, data });
  const decoded = response?.completionCode === 0 ? getSessionInfo.decodeResponse(response.data) : undefined;
  return decoded?.ok ? decoded.value : undefined;
};
