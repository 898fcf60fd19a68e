/** The app on its real feet: the client over WebAssembly, a worker and HTTP. */
import { Motet, type Space } from "@motet/client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { type Services, ServicesProvider } from "./app/services";
import { httpDocuments } from "./documents/api";
import { httpPeers } from "./documents/peers";
import { OpenDocument, type Person } from "./editor/document";
import "./styles/app.css";

let space: Promise<Space> | null = null;

/** The one connection of this page. It does not wait for the server: what is kept here shows at once. */
function connected(person: Person): Promise<Space> {
  space ??= Motet.connect({ url: location.origin, ...person, patienceMs: 0 });
  // The next attempt begins anew.
  space.catch(() => (space = null));
  return space;
}

const services: Services = {
  documents: httpDocuments,
  peers: httpPeers,
  async open(document, profile) {
    const space = await connected(profile);
    space.introduce(profile);
    return new OpenDocument(await space.open(document), space, profile);
  },
};

createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <ServicesProvider value={services}>
      <App />
    </ServicesProvider>
  </StrictMode>,
);

// The service worker keeps the app itself on this device, so that a reload works offline.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => {
    // Without it everything works but an offline reload; an insecure address forbids it.
  });
}
