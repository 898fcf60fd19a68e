import type { Screens } from "./App";
import { Menu, type MenuItem } from "./parts";
import { type Theme, useTheme } from "./theme";

const THEMES: readonly [Theme, string][] = [
  ["system", "Theme of the system"],
  ["light", "Light theme"],
  ["dark", "Dark theme"],
];

/** The menu at the end of every bar. */
export function AppMenu({ screens, items = [] }: { screens: Screens; items?: readonly (MenuItem | "line")[] }) {
  const [theme, setTheme] = useTheme();
  const themes = THEMES.map(([value, label]) => ({ label, checked: theme === value, run: () => setTheme(value) }));
  const more: (MenuItem | "line")[] = [
    ...items,
    ...(items.length > 0 ? (["line"] as const) : []),
    ...themes,
    "line",
    { label: "How others see you", icon: "people", run: screens.showProfile },
    { label: "Keyboard shortcuts", icon: "keyboard", run: screens.showHelp },
  ];
  return <Menu label="More" icon="more" items={more} />;
}
