/** A document's rows, kept up to date while they are shown. */
import type { JsonDocument } from "@motet/client";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { TreeModel } from "./model";

/** The rows of a document that stays; `isLive` where others change it. */
export function useTree(json: JsonDocument): TreeModel {
  const model = useMemo(() => new TreeModel(json), [json]);
  useEffect(() => json.subscribe((touched) => model.take(touched)), [json, model]);
  useSyncExternalStore(model.subscribe, model.current);
  return model;
}
