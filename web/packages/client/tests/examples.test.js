/** The examples run, and understand each other. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Motet } from "@motet/client";
import { Server, skip, until } from "./server.js";

let server;
before(async () => {
  if (!skip) server = await Server.start();
});
after(() => server?.remove());

const SCRIPT = fileURLToPath(new URL("../examples/todo.js", import.meta.url));

function run(...items) {
  const script = spawn(process.execPath, [SCRIPT, ...items], { env: { ...process.env, MOTET_URL: server.url }, stdio: ["ignore", "pipe", "inherit"] });
  const example = { script, said: "" };
  script.stdout.on("data", (bytes) => (example.said += bytes));
  return example;
}

test("two scripts share a list and a counter", { skip }, async () => {
  const first = run("Buy bread");
  await until(() => first.said.includes("On the server's disk"), "the first item on the disk");
  const second = run("Buy milk");
  await until(() => /Visit 2, connected\n.*Buy bread.*\n.*Buy milk/.test(first.said), "the second item in the first script");
  const space = await Motet.connect({ url: server.url });
  const doc = await space.open("Shared todo");
  await doc.ready();
  assert.deepEqual(doc.list("todo").toJSON().map(({ what }) => what), ["Buy bread", "Buy milk"]);
  assert.equal(doc.counter("visits").value, 2);
  await space.close();
  for (const { script } of [first, second]) {
    const ended = new Promise((done) => script.once("exit", done));
    script.kill("SIGINT");
    assert.equal(await ended, 0);
  }
});
