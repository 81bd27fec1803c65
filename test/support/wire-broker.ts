import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One packet of MQTT as it came: its type (the upper half of the first byte), and all of it. */
export interface WirePacket {
  readonly type: number;
  readonly bytes: Buffer;
  /** Of a PUBLISH with QoS 1. */
  readonly topic: string;
  readonly id: number;
}

export const packetTypes = { connect: 1, publish: 3, disconnect: 14 } as const;

/** CONNACK with this reason code, and properties as they stand on the wire (MQTT 5.0, 3.2). */
export const connack = (reasonCode = 0, ...properties: number[]): Buffer =>
  Buffer.from([0x20, 3 + properties.length, 0, reasonCode, properties.length, ...properties]);

/** PUBACK (3.4). */
export const puback = ({ id }: WirePacket, reasonCode = 0): Buffer =>
  Buffer.from([0x40, 3, id >> 8, id & 0xff, reasonCode]);

/** DISCONNECT (3.14). */
export const disconnect = (reasonCode: number): Buffer => Buffer.from([0xe0, 1, reasonCode]);

/** Length and value of a variable byte integer (1.5.5); undefined while bytes are missing. */
const variableLength = (bytes: Buffer): { readonly value: number; readonly size: number } | undefined => {
  let value = 0;
  for (let size = 1; size <= 4 && size < bytes.length; size += 1) {
    const byte = bytes[size] ?? 0;
    value += (byte & 0x7f) * 128 ** (size - 1);
    if (byte < 0x80) return { value, size };
  }
  return undefined;
};

const nextPacket = (bytes: Buffer): WirePacket | undefined => {
  const length = variableLength(bytes);
  if (!length || bytes.length < 1 + length.size + length.value) return undefined;
  const content = bytes.subarray(1 + length.size, 1 + length.size + length.value);
  const type = (bytes[0] ?? 0) >> 4;
  const topicBytes = type === packetTypes.publish ? content.readUInt16BE(0) : 0;
  return {
    type,
    bytes: bytes.subarray(0, 1 + length.size + length.value),
    topic: content.subarray(2, 2 + topicBytes).toString('utf8'),
    id: type === packetTypes.publish ? content.readUInt16BE(2 + topicBytes) : 0,
  };
};

/** A broker that is nothing but a test's answers, byte by byte. */
export interface WireBroker {
  readonly port: number;
  readonly packets: readonly WirePacket[];
}

/** Starts one that hands every packet to `answer`; it ends with the test. */
export const startWireBroker = async (
  answer: (packet: WirePacket, socket: Socket) => void,
): Promise<WireBroker> => {
  const packets: WirePacket[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let packet = nextPacket(rest); packet; packet = nextPacket(rest)) {
        rest = rest.subarray(packet.bytes.length);
        packets.push(packet);
        answer(packet, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  return { packets, port: typeof address === 'object' && address ? address.port : 0 };
};
