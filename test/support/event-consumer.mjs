// A consumer of events as a process of its own, so that it can be killed:
//   node event-consumer.mjs SOCKET CONSUMER FILE
// Writes one JSON line to FILE for each event and each gap, and one for each subscription that begins; acknowledges
// only what is written. Connects again for as long as it lives.
import { appendFileSync } from 'node:fs';
import { createConnection } from 'node:net';

const [socketPath, consumer, file] = process.argv.slice(2);
const retryMs = 20;
const ackEvery = 7;

const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);

const connect = () => {
  const socket = createConnection(socketPath);
  let id = 1;
  let rest = '';
  const send = (method, params) => {
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    id += 1;
  };
  const accept = ({ method, params, result }) => {
    if (result?.from !== undefined) write({ from: result.from });
    if (method === 'events.gap') write({ gap: params });
    if (method !== 'event') return;
    write({ event: params });
    if (params.seq % ackEvery === 0) send('events.ack', { consumer, seq: params.seq });
  };
  socket.on('connect', () => send('events.subscribe', { consumer, after: 0 }));
  socket.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) accept(JSON.parse(line));
  });
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(connect, retryMs));
};

connect();
