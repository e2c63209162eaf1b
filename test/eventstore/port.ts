import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A port whose connections can be broken, one by one or all. */
export interface Port {
  readonly number: number;
  /** @param peer address and port of the other end, as gRPC calls name it. */
  drop(peer: string): void;
  close(): Promise<void>;
}

/**
 * @param number `0` for any free port.
 *
 * @throws {Error} when the port is in use.
 */
export async function openPort(number: number, onConnection: (socket: Socket) => void): Promise<Port> {
  const sockets = new Map<string, Socket>();
  const server = createServer((socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.on('close', () => sockets.delete(peer)).on('error', () => socket.destroy());
    onConnection(socket);
  });
  server.listen(number, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    number: address.port,
    drop: (peer) => void sockets.get(peer)?.destroy(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}
