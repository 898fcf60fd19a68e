/** What people say is their colour. */

/** It is taken only in its plainest form, since it goes into style sheets. */
const COLOUR = /^#[0-9a-f]{6}$/i;
const NO_COLOUR = "#6b7280";

/** A colour that somebody chose, or grey where it is none. */
export const plainColour = (colour: string): string => (COLOUR.test(colour) ? colour : NO_COLOUR);
