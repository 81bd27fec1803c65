import { createSocket } from 'node:dgram';
import { expect, it } from 'vitest';
import { dropsIn, kernelDrops } from '../../../src/io/udp-drops.ts';

const head =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';

it('finds a socket by its address and port, IPv4 and IPv6', () => {
  const udp = `${head}
  220: 00000000:00A2 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 23 2 0000000000000000 7
  221: 0100007F:00A2 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 24 2 0000000000000000 42
`;
  expect(dropsIn(udp, { address: '0.0.0.0', port: 162 })).toBe(7);
  expect(dropsIn(udp, { address: '127.0.0.1', port: 162 })).toBe(42);
  expect(dropsIn(udp, { address: '127.0.0.1', port: 163 })).toBeUndefined();
  const udp6 = `${head}
  301: B80D0120000000000000000001000000:00A2 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 25 2 0000000000000000 9
`;
  expect(dropsIn(udp6, { address: '2001:db8::1', port: 162 })).toBe(9);
});

it('reads what the kernel counts for a socket of ours', async () => {
  const sockets = await Promise.all(
    (['127.0.0.1', '::1'] as const).map(async (address) => {
      const socket = createSocket(address === '::1' ? 'udp6' : 'udp4');
      await new Promise<void>((resolve) => socket.bind(0, address, resolve));
      return socket;
    }),
  );
  expect(await kernelDrops(sockets.map((socket) => socket.address()))).toEqual([0, 0]);
  for (const socket of sockets) socket.close();
});
