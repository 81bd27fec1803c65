import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { Secret } from '../../src/core/secret.ts';
import { openGatewayEngine } from '../../src/snmp-trap/gateway-engine.ts';
import { createTrapReceiver } from '../../src/snmp-trap/receiver.ts';
import { community, receiveBufferBytes, senders } from './rig.ts';

/**
 * A receiver as a process of its own: `runner.js floor|receiver STATE-FOLDER`. `floor` is a bare socket that counts;
 * `receiver` is ours without a journal behind it. Prints {"port":N}, and {"handled":N} for every line it is sent.
 */

const [, , which, stateDirectory = ''] = process.argv;
let handled = 0;

const startFloor = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBufferBytes });
    socket.on('message', () => {
      handled += 1;
    });
    socket.bind(0, '127.0.0.1', () => resolve(socket.address().port));
  });

const startReceiver = async (): Promise<number> => {
  const engine = await openGatewayEngine({ clock: systemClock, log: silentLogger, stateDirectory });
  const receiver = createTrapReceiver({
    ...{ clock: systemClock, log: silentLogger, engine },
    async deliver() {
      handled += 1;
    },
    refused() {},
  });
  await receiver.apply({
    listen: [{ address: '127.0.0.1', port: 0, receiveBufferBytes, ipv6Only: false }],
    sources: new Set(senders.keys()),
    relays: new Set(),
    communities: [new Secret(community)],
    users: [],
  });
  return (await receiver.counters()).listeners[0]?.port ?? 0;
};

console.log(JSON.stringify({ port: await (which === 'floor' ? startFloor() : startReceiver()) }));
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify({ handled })))
  .on('close', () => process.exit(0));
