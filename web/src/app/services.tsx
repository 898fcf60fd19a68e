/** What the app is given to work with; tests give it other ones. */
import { createContext, useContext } from "react";
import type { OpenDocument } from "../editor/document";
import type { DocumentsApi } from "../documents/api";
import type { PeersApi } from "../documents/peers";
import type { Profile } from "./profile";

export interface Services {
  documents: DocumentsApi;
  peers: PeersApi;
  /** Opens a document for editing as this person. */
  open(document: string, profile: Profile): Promise<OpenDocument>;
}

const Context = createContext<Services | null>(null);

export const ServicesProvider = Context.Provider;

export function useServices(): Services {
  const services = useContext(Context);
  if (services === null) throw new Error("the app was started without services");
  return services;
}
