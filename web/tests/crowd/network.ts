/** A bad network before a server: everything that goes either way is late, and some of it has to be sent again. */
import { createServer, connect, type Socket } from "node:net";

/** A segment's size on most networks, in bytes. */
const SEGMENT = 1_400;

export interface Badness {
  /** One way, in milliseconds. */
  delay: number;
  /** Which part of segments is lost once, from 0 to 1. What comes behind a lost one waits for it, as TCP does. */
  loss: number;
  /** The same seed loses the same segments of a connection. */
  seed: number;
}

export interface Network {
  port: number;
  /** How many segments went, and how many of them had to go again. */
  sent: number;
  lost: number;
  close(): Promise<void>;
}

function chances(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Passes on in order what comes, each segment when it would be there. */
function carry(from: Socket, to: Socket, { delay, loss }: Badness, chance: () => number, network: Network): void {
  let free = 0;
  // Timers of whole milliseconds may go off in another order than they were set in: the first in line goes each time.
  const line: (() => void)[] = [];
  const later = (at: number, act: () => void) => {
    line.push(act);
    setTimeout(() => line.shift()!(), Math.max(0, at - performance.now()));
  };
  from.on("data", (bytes) => {
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const segment = bytes.subarray(at, at + SEGMENT);
      network.sent += 1;
      let arrival = performance.now() + delay;
      // The sender waits for a round trip and then some before it sends again.
      while (chance() < loss) {
        network.lost += 1;
        arrival += 2 * delay + 200;
      }
      free = Math.max(free, arrival);
      later(free, () => void (to.writable && to.write(segment)));
    }
  });
  from.on("end", () => later(Math.max(free, performance.now() + delay), () => to.end()));
  from.on("error", () => to.destroy());
  from.on("close", (isBroken) => isBroken && to.destroy());
}

/** Puts such a network before a port of this machine. */
export async function badNetwork(port: number, badness: Badness): Promise<Network> {
  const open = new Set<Socket>();
  const chance = chances(badness.seed);
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on("close", () => open.delete(socket));
    }
    carry(near, far, badness, chance, network);
    carry(far, near, badness, chance, network);
  });
  const network: Network = {
    port: 0,
    sent: 0,
    lost: 0,
    close: () =>
      new Promise((done) => {
        for (const socket of open) socket.destroy();
        server.close(() => done());
      }),
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  network.port = (server.address() as { port: number }).port;
  return network;
}
