/** The app's icons: one stroke width, one grid of 20. */
import type { ReactNode } from "react";

const SHAPES = {
  below: <path d="m6 8 4 4 4-4" />,
  bold: <path d="M6.5 4h4.300a3 3 0 0 1 0 6H6.500zM6.500 10h5a3 3 0 0 1 0 6h-5z" strokeWidth="1.9" />,
  bullets: <path d="M8 5.500h8.500M8 10h8.500M8 14.500h8.500M4 5.500h.01M4 10h.01M4 14.500h.01" />,
  code: <path d="m7 6-4 4 4 4M13 6l4 4-4 4" />,
  comment: <path d="M3.500 4.500h13v9h-7l-3.500 3v-3H3.500z" />,
  footnote: <><path d="M3 5.500h7M3 9h5M3 12.500h7" /><path d="m14 5 1.800-1v6" /><path d="M3 16.500h13" strokeDasharray="1.5 2" /></>,
  image: <><rect x="3" y="4" width="14" height="12" rx="1.5" /><circle cx="7.2" cy="8" r="1.3" /><path d="m3.500 14.500 4.200-4 3 2.500 2.600-2 3.500 3" /></>,
  indent: <path d="M9.500 5.500h7M9.500 10h7M9.500 14.500h7M3.500 7l3 3-3 3" />,
  italic: <path d="M8.500 4h5M6.500 16h5M11.500 4l-3 12" />,
  link: <path d="M8.500 11.500a3 3 0 0 0 4.300 0l2.700-2.700a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-2.700 2.700a3 3 0 0 0 4.300 4.300l1-1" />,
  note: <><path d="M4.500 3.500h11v13h-11z" /><path d="M7 7h6M7 10h6M7 13h3.500" /></>,
  numbers: <path d="M8.500 5.500h8M8.500 10h8M8.500 14.500h8M3.500 4.500l1-.6V8M3.300 12.300c.3-.9 1.900-.9 1.900.2 0 .9-1.900 1.500-1.900 2.800h2" />,
  outdent: <path d="M9.500 5.500h7M9.500 10h7M9.500 14.500h7M6.500 7l-3 3 3 3" />,
  outline: <path d="M3.500 5h8M6.500 10h10M6.500 15h7" />,
  quote: <path d="M4 4.500v11M8 6.500h8M8 10h8M8 13.500h5" />,
  rule: <path d="M3 10h14M6 5.500h8M6 14.500h8" strokeWidth="1.5" />,
  snapshot: <><path d="M3.500 6.500h3l1.200-2h4.600l1.200 2h3v9.500h-13z" /><circle cx="10" cy="11" r="2.700" /></>,
  strike: <path d="M3.500 10h13M13.500 6.500C13 4.900 11.700 4 10 4 7.700 4 6.300 5.200 6.300 6.900M6.300 13.300c.4 1.700 1.800 2.700 3.800 2.700 2.400 0 3.800-1.200 3.800-3 0-.8-.2-1.400-.6-1.900" />,
  table: <path d="M3.500 4.500h13v11h-13zM3.500 8.300h13M3.500 12h13M8 4.500v11M12.300 4.500v11" />,
  suggest: <><path d="m3.500 15.500.7-3L12 4.700l2.300 2.300-7.800 7.800z" /><path d="M11 16.500h6M14 13.500v6" /></>,
  task: <><rect x="3.500" y="3.500" width="13" height="13" rx="2" /><path d="m6.500 10.300 2.500 2.400 4.700-5" /></>,
  back: <path d="M12 4.5 6.5 10l5.5 5.5" />,
  braces: <path d="M7.5 3.500C5.500 3.500 5.500 5 5.500 6.500S5.500 10 3.500 10c2 0 2 2 2 3.500s0 3 2 3M12.500 3.500c2 0 2 1.500 2 3s0 3.500 2 3.500c-2 0-2 2-2 3.500s0 3-2 3" />,
  check: <path d="m4.5 10.5 3.5 3.5 7.5-8" />,
  chevron: <path d="m7.500 4.500 5.500 5.500-5.500 5.500" />,
  clock: <><circle cx="10" cy="10" r="7" /><path d="M10 6v4.2l2.8 1.8" /></>,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  cloudOff: <path d="M3 3l14 14M6 8.2A3.6 3.6 0 0 0 6 15h8.2M8 5.2a5 5 0 0 1 7 4 3.2 3.2 0 0 1 1.6 5.2" />,
  compare: <><rect x="3" y="4" width="6" height="12" rx="1" /><rect x="11" y="4" width="6" height="12" rx="1" /><path d="M5 7.500h2M5 10h2M13 7.500h2M13 12.500h2" /></>,
  copy: <><rect x="7" y="7" width="9.500" height="9.500" rx="1.500" /><path d="M13 7V5a1.500 1.500 0 0 0-1.500-1.500H5A1.500 1.500 0 0 0 3.500 5v6.500A1.500 1.500 0 0 0 5 13h2" /></>,
  decide: <path d="M10 16.500v-5.500M10 11 5 5.500M10 11l5-5.500M5 9V5.500h3.500M15 9V5.500h-3.500" />,
  disk: <><path d="M4 4.5h9.5L16 7v8.5H4z" /><path d="M7 4.5V8h5V4.5M7 15.5V12h6v3.5" /></>,
  document: <><path d="M5.5 2.5h6l3.5 3.5v11.5h-9.5z" /><path d="M11.5 2.5V6H15M8 10h4.5M8 13h4.5" /></>,
  down: <path d="M10 4v12m-4.500-4.500L10 16l4.500-4.500" />,
  download: <path d="M10 3v9m-4-3.5 4 4 4-4M4 16.5h12" />,
  duplicate: <><rect x="3.500" y="3.500" width="13" height="5.500" rx="1" /><path d="M3.500 13h6M3.500 16.500h6M13.500 11.500v6M10.500 14.500h6" /></>,
  eye: <><path d="M2 10s3-5.2 8-5.2S18 10 18 10s-3 5.2-8 5.2S2 10 2 10z" /><circle cx="10" cy="10" r="2.3" /></>,
  eyeOff: <path d="M3 3l14 14M8 5.1A8 8 0 0 1 10 4.8c5 0 8 5.2 8 5.2a14 14 0 0 1-2.3 2.8M12 15a8 8 0 0 1-2 .2C5 15.2 2 10 2 10a14 14 0 0 1 3-3.4" />,
  keyboard: <><rect x="2.5" y="5" width="15" height="10" rx="1.5" /><path d="M5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7" /></>,
  more: <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.4" />,
  paste: <><path d="M7 4.500H5A1.500 1.500 0 0 0 3.500 6v9.500A1.500 1.500 0 0 0 5 17h10a1.500 1.500 0 0 0 1.500-1.500V6A1.500 1.500 0 0 0 15 4.500h-2" /><rect x="7" y="3" width="6" height="3" rx="1" /></>,
  pause: <path d="M7 5v10M13 5v10" />,
  pencil: <path d="m4 16 .8-3.500L13 4.300l2.7 2.7-8.2 8.200zM11.5 5.800l2.7 2.7" />,
  people: <><circle cx="7.5" cy="7" r="2.7" /><path d="M2.5 16c.3-3 2.3-4.7 5-4.700s4.7 1.7 5 4.700M13 4.600a2.6 2.6 0 0 1 0 4.900M14.5 11.700c1.7.6 2.8 2 3 4.3" /></>,
  play: <path d="M7 5v10l7.5-5z" />,
  plus: <path d="M10 4v12M4 10h12" />,
  redo: <path d="M12.5 4 16 7.5 12.5 11M16 7.500H8.500a4 4 0 0 0 0 8H12" />,
  restore: <path d="M4 10a6 6 0 1 0 2-4.500L4 7.300M4 3.500v3.800h3.800M10 7v3.300l2.3 1.4" />,
  search: <><circle cx="9" cy="9" r="5" /><path d="m13 13 4 4" /></>,
  send: <path d="M10 16V5m-4.5 4L10 4.5 14.5 9" />,
  trash: <path d="M4 6h12M8 6V4h4v2M5.5 6l.7 10.500h7.600L14.5 6M8.5 9v4.500M11.5 9v4.5" />,
  undo: <path d="M7.5 4 4 7.5 7.5 11M4 7.500h7.500a4 4 0 0 1 0 8H8" />,
  up: <path d="M10 16V4M5.500 8.500 10 4l4.500 4.500" />,
  view: <><path d="M3 5.500h14M3 10h14M3 14.500h14" /><circle cx="7" cy="5.500" r="1.800" /><circle cx="13" cy="10" r="1.800" /><circle cx="8.500" cy="14.500" r="1.800" /></>,
  why: <><circle cx="10" cy="10" r="7" /><path d="M7.900 8.200a2.100 2.100 0 1 1 3.100 1.850c-.7.4-1 .85-1 1.550M10 14h.01" /></>,
  warning: <path d="M10 3.5 17.5 16.500h-15zM10 8.500v3.500M10 14.300h.01" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}

/** Three voices that enter one after another. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M3 6.500h18" /><path d="M8 12h13" /><path d="M13 17.500h8" />
    </svg>
  );
}
