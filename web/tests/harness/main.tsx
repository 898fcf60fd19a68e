/** Mounts the app over stand-ins for worker and server. `?as=NAME` says who one is. */
import { MotetError } from "@motet/client";
import { connectOn, load, type EngineOptions } from "@motet/client/platform";
import { createRoot } from "react-dom/client";
import { App } from "../../src/app/App";
import { type Services, ServicesProvider } from "../../src/app/services";
import { keep, recall } from "../../src/app/stored";
import type { DocumentInfo } from "../../src/documents/api";
import { httpPeers } from "../../src/documents/peers";
import { OpenDocument } from "../../src/editor/document";
import "../../src/styles/app.css";
import { FakeSession } from "../fake/session";

const asked = new URLSearchParams(location.search);
const LIST = "fake.documents";
const list = () => recall<DocumentInfo[]>(LIST) ?? [];
const check = () => {
  if (asked.has("down")) throw new MotetError("unreachable", "The server does not answer.");
};

const services: Services = {
  // Tickets are for servers: those tests run with two real ones.
  peers: { ...httpPeers, missing: async () => "this server was built without connections from member to member" },
  documents: {
    async list() {
      check();
      return list();
    },
    known: list,
    async create(name, type) {
      check();
      const info: DocumentInfo = { id: crypto.randomUUID().replaceAll("-", ""), name, deleted: false, changed: Date.now(), ...(type && { type }) };
      keep(LIST, [...list(), info]);
      return info;
    },
    async write() {
      throw new Error("stand-ins read no Markdown");
    },
    async read(id, mediaType) {
      check();
      return new Blob([`${id} as ${mediaType}`]);
    },
    async change(id, change) {
      check();
      keep(LIST, list().map((info) => (info.id === id ? { ...info, ...change } : info)));
    },
  },
  async open(id, profile) {
    const { Engine } = await load();
    const name = asked.get("as") ?? profile.name;
    const person = { name, colour: "" };
    // Whoever has the same name is the same author.
    const secret = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name)));
    const probe = new Engine({ document: "0".repeat(32), secret, name, replica: new Uint8Array(8), frames: [], choices: null, wrap: (name) => name });
    const session = new FakeSession(id, name, probe.author, secret);
    const platform = { openEngine: async (options: EngineOptions) => new Engine(options), openSession: async () => session };
    const space = await connectOn(platform, { url: location.origin, ...person, patienceMs: 0 });
    return new OpenDocument(await space.open(id), space, person);
  },
};

createRoot(document.getElementById("app") as HTMLElement).render(
  <ServicesProvider value={services}>
    <App />
  </ServicesProvider>,
);
