/** The app on its real feet: WebAssembly engine, worker, HTTP. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { type Services, ServicesProvider } from "./app/services";
import { httpDocuments } from "./documents/api";
import { OpenDocument } from "./editor/document";
import { openEngine } from "./engine/load";
import { openSession } from "./session/client";
import "./styles/app.css";

const services: Services = {
  documents: httpDocuments,
  async open(document, profile) {
    const session = await openSession(document);
    try {
      const replica = crypto.getRandomValues(new Uint8Array(8));
      const engine = await openEngine({ document, name: profile.name, replica, ...session.stored });
      return new OpenDocument(document, engine, session, profile);
    } catch (error) {
      session.close();
      throw error;
    }
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
