import { Fragment } from "react";
import { SHORTCUTS, written } from "./keys";
import { Dialog } from "./parts";

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div className="shortcuts">
        {SHORTCUTS.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <Fragment key={key}>
                  <dt>{meaning}</dt>
                  <dd><kbd>{written(key)}</kbd></dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
