/** A Vite plugin that writes `sw.js`: the list of what was built, and how to serve it without a network. */
import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Runs in the browser; `FILES` and `CACHE` are put in front of it. */
const SCRIPT = `
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const dropOld = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(dropOld.then(() => self.clients.claim()));
});

// The page itself from the server while it answers, so that a new version shows at once; what it names by hash from here.
async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) return answer;
  } catch {}
  return (await caches.match("/")) ?? Response.error();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/") event.respondWith(page(request));
  else if (FILES.includes(url.pathname)) event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
});
`;

export function serviceWorker(): Plugin {
  return {
    name: "motet-service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle).filter((name) => name.startsWith("assets/")).map((name) => `/${name}`);
      const files = ["/", "/icon.svg", ...built.sort()];
      const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 16);
      const head = `const CACHE = "motet-${version}";\nconst FILES = ${JSON.stringify(files, null, 1)};\n`;
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + SCRIPT });
    },
  };
}
