/** What decides how a document is shown. */
import type { DocumentInfo } from "@motet/client";
import { MotetError } from "@motet/client";
import { expect, test } from "vitest";
import { typeListed, typeWithin } from "../../src/editor/types";
import type { DocumentsApi } from "../../src/documents/api";

const ID = "0".repeat(32);
const info = (type?: string) => ({ id: ID, name: "A", deleted: false, ...(type && { type }) }) as DocumentInfo;
const api = (known: DocumentInfo[], list: () => Promise<DocumentInfo[]>) => ({ known: () => known, list }) as DocumentsApi;
const down = () => Promise.reject(new MotetError("unreachable", "The server does not answer."));

test("the list says the type, the kept one first", async () => {
  expect(await typeListed(api([info("note")], down), ID)).toBe("note");
  expect(await typeListed(api([info()], down), ID)).toBe(null);
  expect(await typeListed(api([], async () => [info("json")]), ID)).toBe("json");
});

test("where nobody knows, what is in the document says it", async () => {
  expect(await typeListed(api([], down), ID)).toBe(null);
  expect(await typeListed(api([], async () => []), ID)).toBe(null);
  const document = (texts: Record<string, number>, maps: Record<string, string[]>) =>
    ({ text: (name: string) => ({ length: texts[name] ?? 0 }), map: (name: string) => ({ keys: () => maps[name] ?? [] }) }) as never;
  expect(typeWithin(document({}, {}))).toBe("text");
  expect(typeWithin(document({ note: 1 }, {}))).toBe("note");
  expect(typeWithin(document({}, { note: ["kind"] }))).toBe("note");
  expect(typeWithin(document({ text: 4 }, { json: ["style"] }))).toBe("json");
});
