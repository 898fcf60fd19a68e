/** Mounts the app over stand-ins. `?as=NAME` says who one is. */
import { createRoot } from "react-dom/client";
import { App } from "../../src/app/App";
import { type Services, ServicesProvider } from "../../src/app/services";
import { keep, recall } from "../../src/app/stored";
import { type DocumentInfo, RequestProblem } from "../../src/documents/api";
import { OpenDocument } from "../../src/editor/document";
import "../../src/styles/app.css";
import { FakeEngine } from "../fake/engine";
import { FakeSession } from "../fake/session";

const asked = new URLSearchParams(location.search);
const LIST = "fake.documents";
const list = () => recall<DocumentInfo[]>(LIST) ?? [];
const check = () => {
  if (asked.has("down")) throw new RequestProblem("The server does not answer.", true);
};

const services: Services = {
  documents: {
    async list() {
      check();
      return list();
    },
    known: list,
    async create(name) {
      check();
      const info = { id: crypto.randomUUID(), name, deleted: false, changed: Date.now() };
      keep(LIST, [...list(), info]);
      return info;
    },
    async change(id, change) {
      check();
      keep(LIST, list().map((info) => (info.id === id ? { ...info, ...change } : info)));
    },
  },
  async open(id, profile) {
    const name = asked.get("as") ?? profile.name;
    const replica = crypto.randomUUID();
    const engine = new FakeEngine({ author: name, name, replica });
    const session = new FakeSession(id, name, replica);
    engine.import(session.stored.frames);
    return new OpenDocument(id, engine, session, { name, colour: "" });
  },
};

createRoot(document.getElementById("app") as HTMLElement).render(
  <ServicesProvider value={services}>
    <App />
  </ServicesProvider>,
);
