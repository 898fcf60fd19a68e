/** Who one is to the others: a name and a colour. The key that proves it is made by the store. */
import { COLOURS } from "./colours";
import { keep, recall, useKept } from "./stored";

export interface Profile {
  name: string;
  colour: string;
}

const KEY = "motet.profile";

/** The profile; made up at the first visit, so that nobody has to fill in a form before he can write. */
export function profile(): Profile {
  const known = recall<Profile>(KEY);
  if (known) return known;
  const [number = 0, colour = 0] = crypto.getRandomValues(new Uint16Array(2));
  const fresh = { name: `Guest ${100 + (number % 900)}`, colour: COLOURS[colour % COLOURS.length] as string };
  keep(KEY, fresh);
  return fresh;
}

export function useProfile(): [Profile, (profile: Profile) => void] {
  return useKept(KEY, profile());
}
