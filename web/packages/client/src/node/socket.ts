/** Sockets by the package `ws`. */
import type { RawData, WebSocket } from "ws";
import { MotetError } from "../errors.js";
import type { Socket, SocketEvents } from "../session/courier.js";

/** Whoever does not answer in this time is not there. */
const HANDSHAKE_MS = 10_000;

/** What opens sockets. */
export async function opener(): Promise<(url: string, events: SocketEvents) => Socket> {
  const ws = await import("ws").catch((error: unknown) => {
    throw new MotetError("no-websocket", "in Node this package connects by the package ws: npm install ws", { cause: error });
  });
  return (url, events) => {
    const socket = new ws.WebSocket(url, { origin: originOf(url), handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false });
    listen(socket, events);
    return {
      send(message) {
        if (socket.readyState === socket.OPEN) socket.send(message);
      },
      close: () => socket.close(),
    };
  };
}

/** Programs that are no pages give the address that they connect to. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol === "wss:" ? "https" : "http"}://${host}`;
}

function listen(socket: WebSocket, events: SocketEvents): void {
  socket.on("open", () => events.opened());
  socket.on("message", (data: RawData) => events.message(bytesOf(data)));
  socket.on("close", () => events.closed());
  // A close follows, which says all that there is to do.
  socket.on("error", () => {});
}

function bytesOf(data: RawData): Uint8Array {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
