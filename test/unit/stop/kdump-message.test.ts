import { expect, test } from 'vitest';
import { kdumpFaultOf } from '../../../src/stop/kdump-message.ts';

test.each([
  ['as fence_kdump_send of fence-agents 4.12.1 sends it', '402a301b01000000', undefined],
  ['of a later version', '402a301b02000000', 'version'],
  ['big endian', '1b302a4000000001', 'magic'],
  ['another magic', '412a301b01000000', 'magic'],
  ['nothing', '', 'length'],
  ['too short', '402a301b010000', 'length'],
  ['too long', '402a301b0100000000', 'length'],
])('a message %s', (_name, hex, fault) => {
  expect(kdumpFaultOf(Buffer.from(hex, 'hex'))).toBe(fault);
});
