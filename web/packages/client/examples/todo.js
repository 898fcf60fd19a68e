/**
 * Joins a document, adds to the todo list in it and counts the visit, and follows what others do until it is stopped:
 *
 *     node examples/todo.js "Buy bread"
 *
 * MOTET_URL says where the server is, MOTET_TOKEN admits to it, MOTET_STORE is a directory to keep documents and the key in.
 */
import process from "node:process";
import { Motet } from "@motet/client";

const { MOTET_URL: url = "http://127.0.0.1:4040", MOTET_TOKEN: token, MOTET_STORE: store } = process.env;

const space = await Motet.connect({ url, token, store, name: `Robot ${process.pid}` });
const doc = await space.open("Shared todo", { create: true });
await doc.ready();

const todo = doc.list("todo");
const visits = doc.counter("visits");

function show() {
  console.log(`\nVisit ${visits.value}, ${space.status}`);
  for (const item of todo) console.log(`${item.get("done") ? "[x]" : "[ ]"} ${item.get("what")} (${item.get("by")})`);
}

doc.change(() => {
  visits.add(1);
  for (const what of process.argv.slice(2)) {
    const item = todo.pushContainer("map");
    item.set("what", what);
    item.set("by", "a script");
    item.set("done", false);
  }
});
show();
doc.on("patch", show);
doc.on("status", show);
doc.on("permission", ({ access, message }) => console.log(access === "none" ? message : "admitted again"));

await doc.saved();
console.log("\nOn the server's disk. Follows the list now; Ctrl+C ends.");

process.once("SIGINT", async () => {
  await space.close();
  process.exit();
});
